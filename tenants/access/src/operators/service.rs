//! Adding operators, and what they change about themselves.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Capped, Metered, OperatorId, Scope};
use secrecy::SecretString;
use serde_json::json;

use super::{Added, Change, NewOperator, Operator, store};
use crate::access::{Access, checked_name, is_duplicate};
use crate::accounts;
use crate::error::AccessError;
use crate::grants::{self, GrantId};
use crate::password::Password;
use crate::permission::Permission;
use crate::principal::{Principal, Reach, Via};
use crate::role::KnownRole;
use bailiwick_text::Email;

/// Somebody about to be granted a role.
pub(crate) struct Newcomer {
    email: Email,
    name: String,
    /// Who it is, where it exists already.
    known: Option<OperatorId>,
    hash: Option<String>,
    initial_password: Option<SecretString>,
}

impl Access {
    /// Gives someone a role on an account, making the operator where its e-mail address is new.
    ///
    /// # Errors
    /// [`AccessError::Conflict`] where it has a role on this very account already, or is somebody whom the principal does
    /// not see; [`AccessError::Invalid`] where the
    /// name is none or there is no such role here; [`AccessError::Excess`] where the role permits what the principal may
    /// not; [`AccessError::Password`] where the password is the address; and those of [`Access::authorize`].
    pub async fn add_operator(
        &self,
        principal: &Principal,
        account: AccountId,
        new: NewOperator,
    ) -> Result<Added, AccessError> {
        // asked before the costly hash, and again with the transaction that counts
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        if let (Some(password), Some(account)) = (&new.password, accounts::store::get(&mut scope).await?) {
            password.unlike(new.email.as_str(), &[&account.name])?;
        }
        scope.rollback().await?;
        let newcomer = self.newcomer(&new.email, &new.name, new.password.as_ref()).await?;
        self.check_seen(principal, account, &newcomer).await?;
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let role = self.role_to_give(principal, &scope, new.given.role).await?;
        self.check_excluded(&mut scope, &new.given).await?;
        let added = self.admit(&mut scope, newcomer, &role, &new.given.excluded).await?;
        scope.commit().await?;
        Ok(added)
    }

    /// Looks whether somebody exists, and hashes its password where not.
    pub(crate) async fn newcomer(
        &self,
        email: &Email,
        name: &str,
        password: Option<&Password>,
    ) -> Result<Newcomer, AccessError> {
        let name = checked_name(name)?;
        if let Some(password) = password {
            password.suits(email)?;
            password.unlike(email.as_str(), &[&name])?;
        }
        let known = store::find_by_email(&mut self.store.door().await?, email).await?;
        let mut newcomer = Newcomer { email: email.clone(), name, known, hash: None, initial_password: None };
        if known.is_none() {
            let password = match password {
                Some(password) => password.clone(),
                None => {
                    let random = Password::random()?;
                    newcomer.initial_password = Some(random.secret().clone());
                    random
                }
            };
            newcomer.hash = Some(self.hasher.hash(&password).await?);
        }
        Ok(newcomer)
    }

    /// Refuses somebody who exists and whom the principal does not see anywhere: neither a grant nor an answer tells of
    /// it. The platform itself may.
    pub(crate) async fn check_seen(
        &self,
        principal: &Principal,
        account: AccountId,
        newcomer: &Newcomer,
    ) -> Result<(), AccessError> {
        let Some(operator) = newcomer.known.filter(|_| principal.via() != Via::System) else { return Ok(()) };
        let place = self.store.scope(principal.actor(), account).await?.lineage().clone();
        let top = principal.top_of(&place).ok_or(AccessError::NotFound)?;
        // who runs the platform sees who else does, and nobody of the accounts below
        let only = (top.reach == Reach::Platform).then_some(top.account);
        if let Ok(mut scope) = self.authorize(principal, top.account, Permission::ViewOperators).await
            && store::is_seen(&mut scope, operator, only).await?
        {
            return Ok(());
        }
        Err(AccessError::Conflict("this address cannot be added: invite it, or ask who runs the platform"))
    }

    /// Grants a role on the scope's account, making the operator where it is new.
    pub(crate) async fn admit(
        &self,
        scope: &mut Scope,
        newcomer: Newcomer,
        role: &KnownRole,
        excluded: &[AccountId],
    ) -> Result<Added, AccessError> {
        let operator = match (newcomer.known, &newcomer.hash) {
            (Some(operator), _) => operator,
            (None, Some(hash)) => {
                let operator = OperatorId::new();
                match store::insert(scope, operator, &newcomer.email, &newcomer.name, Some(hash)).await {
                    Err(error) if is_duplicate(&error) => {
                        return Err(AccessError::Conflict("an operator with this address was added just now"));
                    }
                    done => done?,
                }
                operator
            }
            (None, None) => return Err(AccessError::NotFound),
        };
        let elsewhere = grants::store::places_of(&mut self.store.door().await?, operator).await?;
        scope.room_for(Capped::Operators).await?;
        if let Some((0, full)) = self.store.room(scope, Metered::Operators, &elsewhere).await? {
            return Err(full.into());
        }
        let grant = GrantId::new();
        if !grants::store::insert(scope, grant, operator, role, excluded, None).await? {
            return Err(AccessError::Conflict("this operator has a role on this account already"));
        }
        let object = Object::new("operator", operator).named(newcomer.email.as_str());
        let entry = Entry::new("operator.added", object)
            .after(json!({ "grant": grant, "role": role.role, "excluded": excluded, "name": newcomer.name }));
        record(scope, entry).await?;
        Ok(Added { operator, grant, initial_password: newcomer.initial_password })
    }

    /// The operator signed in.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token.
    pub async fn me(&self, principal: &Principal) -> Result<Operator, AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        store::get(&mut scope, operator).await?.ok_or(AccessError::NotFound)
    }

    /// Changes name or language of the operator signed in.
    ///
    /// # Errors
    /// [`AccessError::Invalid`]; [`AccessError::NotAPerson`] for a token; [`AccessError::ViewAsReadOnly`].
    pub async fn change_me(&self, principal: &Principal, change: Change) -> Result<Operator, AccessError> {
        let operator = principal.acting()?;
        let mut scope = self.own_scope(principal).await?;
        let before = store::get(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        let mut after = before.clone();
        if let Some(name) = &change.name {
            after.name = checked_name(name)?;
        }
        if let Some(locale) = change.locale {
            after.locale = checked_locale(locale)?;
        }
        store::update(&mut scope, &after).await?;
        let entry = Entry::new("operator.changed", Object::new("operator", operator).named(&after.email))
            .before(json!({ "name": before.name, "locale": before.locale }))
            .after(json!({ "name": after.name, "locale": after.locale }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(after)
    }

    /// Changes the password of the operator signed in, and ends its other sessions and proofs.
    ///
    /// # Errors
    /// [`AccessError::WrongPassword`] where `present` is not the present one; [`AccessError::Password`] where the new
    /// one is the operator's e-mail address or made of its names; [`AccessError::NotAPerson`] for a token;
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn change_password(
        &self,
        principal: &Principal,
        present: &SecretString,
        new: &Password,
    ) -> Result<(), AccessError> {
        let (operator, Via::Session { id: session, .. }) = (principal.acting()?, principal.via()) else {
            return Err(AccessError::NotAPerson);
        };
        self.check_password(operator, present).await?;
        let mut scope = self.own_scope(principal).await?;
        let own = store::get(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        let account = accounts::store::get(&mut scope).await?.map(|account| account.name).unwrap_or_default();
        scope.rollback().await?;
        own.email.parse().map_or(Ok(()), |email| new.suits(&email))?;
        new.unlike(&own.email, &[&own.name, &account])?;
        let hash = self.hasher.hash(new).await?;
        let mut scope = self.own_scope(principal).await?;
        store::set_password(&mut scope, operator, &hash).await?;
        let ended = self.end_proofs(&mut scope, operator, Some(session)).await?;
        self.ask_for_review(&mut scope, operator).await?;
        let entry = Entry::new("operator.password_changed", Object::new("operator", operator)).after(ended.told());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await
    }
}

/// `en` or `de-AT` (BCP 47: language, region).
fn checked_locale(locale: String) -> Result<String, AccessError> {
    let bytes = locale.as_bytes();
    let language = |part: &[u8]| part.len() == 2 && part.iter().all(u8::is_ascii_lowercase);
    let region = |part: &[u8]| part.len() == 2 && part.iter().all(u8::is_ascii_uppercase);
    let legal = match bytes.split_at_checked(2) {
        Some((first, [])) => language(first),
        Some((first, [b'-', rest @ ..])) => language(first) && region(rest),
        _ => false,
    };
    if legal {
        Ok(locale)
    } else {
        Err(AccessError::Invalid { field: "locale", detail: "must be such as en or de-AT" })
    }
}
