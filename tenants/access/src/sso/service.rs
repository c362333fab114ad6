//! Setting a provider up, and binding domains.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::seal::{Place, SealingKey};
use bailiwick_store::{AccountId, Lineage, Page, PageRequest, Scope};
use bailiwick_text::{line, link};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Connection, ConnectionId, Domain, MOST_DOMAINS, MOST_RULES, NewConnection, Secret, Settings, store};
use crate::access::{Access, is_duplicate};
use crate::branding::HostName;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;
use crate::role::{Role, RoleRef};
use crate::tokens;

/// Longest secret of a client.
const LONGEST_SECRET: usize = 1_000;

impl Access {
    /// What an account has set up.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn sso(&self, principal: &Principal, account: AccountId) -> Result<Settings, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageSignIn).await?;
        self.settings(&mut scope).await
    }

    /// Sets an account's provider up, in place of what was there. Where issuer or client are others than before, all that
    /// came by the provider before ends: roles, the tokens of who held them, and sessions. Domains that are new wait to be
    /// confirmed.
    ///
    /// # Errors
    /// [`AccessError::Invalid`]; [`AccessError::Excess`] where it would give what the principal may not do; and those of
    /// [`Access::authorize`].
    pub async fn set_sso(
        &self,
        principal: &Principal,
        key: &SealingKey,
        account: AccountId,
        new: NewConnection,
    ) -> Result<Settings, AccessError> {
        let new = checked(new)?;
        let mut scope = self.authorize(principal, account, Permission::ManageSignIn).await?;
        for role in new.mapping.iter().map(|rule| rule.role).chain(new.default_role) {
            self.role_to_give(principal, &scope, role).await?;
        }
        let before = store::lock(&mut scope).await?;
        let same = before.as_ref().filter(|known| known.issuer == new.issuer && known.client_id == new.client_id);
        let id = same.map_or_else(ConnectionId::new, |known| known.id);
        let place = Place { owner: account.get(), row: id.get() };
        let sealed = match (&new.secret, same) {
            (Some(secret), _) => Some(key.seal(&place, secret.expose_secret().as_bytes())?),
            // what was given for one provider is never sent to another
            (None, Some(_)) => store::sealed(&mut scope).await?,
            (None, None) => None,
        };
        let ended = match (&before, same) {
            (Some(gone), None) => self.end_all(&mut scope, gone.id).await?,
            _ => 0,
        };
        store::set(&mut scope, id, &new, sealed.as_deref(), self.store.now()).await?;
        let domains_before = store::domains(&mut scope).await?;
        store::set_domains(&mut scope, &new.domains, self.store.now()).await?;
        let after = self.settings(&mut scope).await?;
        let entry = Entry::new("sign_in.configured", Object::new("account", account))
            .before(told(before.as_ref(), &domains_before))
            .after(with(told(after.connection.as_ref(), &after.domains), &new, ended));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(after)
    }

    /// Takes an account's provider away, and all that came by it: roles, the tokens of who held them, and sessions. Its
    /// domains are free again.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where there is none; and those of [`Access::authorize`].
    pub async fn remove_sso(&self, principal: &Principal, account: AccountId) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageSignIn).await?;
        let before = store::lock(&mut scope).await?.ok_or(AccessError::NotFound)?;
        let domains = store::domains(&mut scope).await?;
        let ended = self.end_all(&mut scope, before.id).await?;
        store::set_domains(&mut scope, &[], self.store.now()).await?;
        store::remove(&mut scope).await?;
        let entry = Entry::new("sign_in.removed", Object::new("account", account))
            .before(told(Some(&before), &domains))
            .after(json!({ "roles_ended": ended }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }

    /// The domains that an account and those below asked for: for whoever confirms them.
    ///
    /// # Errors
    /// [`AccessError::Store`] for a cursor of another list, and those of [`Access::authorize`].
    pub async fn sso_domains(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<Domain>, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageAccounts).await?;
        store::domains_below(&mut scope, page).await
    }

    /// Confirms that a domain is the account's, or takes that back. Only who says how operators sign in to the platform
    /// itself does: whoever could bind a domain by himself could send other people's staff to a provider of his own.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where the account did not ask for it; [`AccessError::Denied`]; [`AccessError::Conflict`]
    /// where it is another account's; and those of [`Access::authorize`].
    pub async fn confirm_domain(
        &self,
        principal: &Principal,
        account: AccountId,
        domain: &HostName,
        confirmed: Confirmed,
    ) -> Result<Domain, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageAccounts).await?;
        let needs = Permission::ManageSignIn;
        if principal.grant_for(&Lineage::root(), needs, &[]).is_none() {
            return Err(AccessError::Denied { needs });
        }
        let at = (confirmed == Confirmed::Yes).then(|| self.store.now());
        match store::confirm(&mut scope, domain, at).await {
            Err(error) if is_duplicate(&error) => {
                return Err(AccessError::Conflict("the domain is another account's"));
            }
            found => found?.then_some(()).ok_or(AccessError::NotFound)?,
        }
        let action = if at.is_some() { "sign_in.domain_confirmed" } else { "sign_in.domain_withdrawn" };
        record(&mut scope, Entry::new(action, Object::new("account", account)).after(json!({ "domain": domain })))
            .await?;
        let domains = store::domains(&mut scope).await?;
        scope.commit().await?;
        domains.into_iter().find(|known| known.name == *domain).ok_or(AccessError::NotFound)
    }

    async fn settings(&self, scope: &mut Scope) -> Result<Settings, AccessError> {
        let (connection, domains) = (store::lock(scope).await?, store::domains(scope).await?);
        let portal = self.brand_at(scope.lineage()).await?.host;
        Ok(Settings { connection, domains, portal })
    }

    /// Ends what came by a provider: the roles that it gave, and the tokens of who held them. Its sessions are over once
    /// it is not there any more.
    async fn end_all(&self, scope: &mut Scope, connection: ConnectionId) -> Result<usize, AccessError> {
        let held = store::remove_grants(scope, connection).await?;
        for operator in &held {
            tokens::store::revoke_made_by(scope, *operator, self.store.now()).await?;
        }
        Ok(held.len())
    }
}

/// Whether a domain is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It counts.
    Yes,
    /// It waits.
    No,
}

fn checked(new: NewConnection) -> Result<NewConnection, AccessError> {
    let wrong = |field, detail| Err(AccessError::Invalid { field, detail });
    let one_line = |text: &str, most: usize| (1..=most).contains(&text.chars().count()) && line::check(text).is_ok();
    // a provider of the house may have a name of the house's network, or an address
    if link::https(&new.issuer).is_err() || new.issuer.contains(['?', '#']) {
        return wrong("issuer", "must begin with https://, without a question mark or a fragment");
    }
    if !one_line(&new.client_id, 300) {
        return wrong("client_id", "must be 1 to 300 characters on one line");
    }
    if new.secret.as_ref().is_some_and(|secret| !one_line(secret.expose_secret(), LONGEST_SECRET)) {
        return wrong("client_secret", "must be 1 to 1000 characters on one line");
    }
    let scope = |scope: &String| one_line(scope, 100) && scope.is_ascii() && !scope.contains([' ', '"', '\\']);
    if new.scopes.len() > 10 || !new.scopes.iter().all(scope) {
        return wrong("scopes", "must be 10 words at most");
    }
    if !one_line(&new.claim, 100) {
        return wrong("claim", "must be 1 to 100 characters on one line");
    }
    if new.mapping.len() > MOST_RULES || !new.mapping.iter().all(|rule| one_line(&rule.value, 300)) {
        return wrong("mapping", "must be 100 rules at most, each with a value of 1 to 300 characters");
    }
    // an account keeps owners whom no provider makes: who runs it cannot shut them out, nor can its failure
    let owner = RoleRef::BuiltIn(Role::Owner);
    if new.mapping.iter().any(|rule| rule.role == owner) {
        return wrong("mapping", "cannot give the role of an owner");
    }
    if new.default_role == Some(owner) {
        return wrong("default_role", "cannot be the role of an owner");
    }
    if new.domains.len() > MOST_DOMAINS {
        return wrong("domains", "must be 50 at most");
    }
    Ok(new)
}

fn told(connection: Option<&Connection>, domains: &[Domain]) -> Value {
    let Some(connection) = connection else { return Value::Null };
    json!({
        "issuer": connection.issuer,
        "client_id": connection.client_id,
        "secret": connection.secret == Secret::Kept,
        "scopes": connection.scopes,
        "claim": connection.claim,
        "mapping": connection.mapping,
        "default_role": connection.default_role,
        "passwords": connection.passwords,
        "domains": domains.iter().map(|domain| domain.name.as_str()).collect::<Vec<_>>(),
    })
}

fn with(mut after: Value, new: &NewConnection, ended: usize) -> Value {
    if let Value::Object(after) = &mut after {
        if new.secret.is_some() {
            after.insert("secret_replaced".to_owned(), true.into());
        }
        if ended > 0 {
            after.insert("roles_ended".to_owned(), ended.into());
        }
    }
    after
}
