//! Sending a browser to a provider, and taking it back: once, and the same browser.

use bailiwick_store::seal::{Place, SealingKey};
use bailiwick_store::{Actor, OperatorId, Scope, StoreError};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::store::Attempt;
use super::{ATTEMPT_LIFETIME, Begun, Client, ConnectionId, Returned, store};
use crate::access::Access;
use crate::branding::HostName;
use crate::credential::Credential;
use crate::error::AccessError;
use crate::grants;
use crate::operators;
use crate::principal::Principal;
use crate::sessions::{self, SessionId};
use bailiwick_text::{Email, link};

pub(super) const ACTOR: Actor = Actor::system("single-sign-on");

impl Access {
    /// Whether addresses of this domain are signed in by a provider: all that a stranger learns, of people nothing.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sso_offered(&self, domain: &HostName) -> Result<bool, AccessError> {
        Ok(store::bound_to(&mut self.store.door().await?, domain).await?.is_some())
    }

    /// Begins a sign-in by the provider of an address's domain; none where it has none. Whether there is an operator of
    /// this address is not looked at. The answer goes to `redirect_uri`; `return_to` is a path of the portal.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] for an address or path that is none; where the database or the system's randomness fails.
    pub async fn begin_sso(
        &self,
        key: &SealingKey,
        email: &str,
        redirect_uri: &str,
        return_to: &str,
    ) -> Result<Option<Begun>, AccessError> {
        self.begin(key, email.parse()?, redirect_uri, return_to, None).await
    }

    /// As [`Access::begin_sso`], for the operator signed in, who is to have the identity from then on: by the provider of
    /// its own address's domain.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token; [`AccessError::ViewAsReadOnly`]; and those of [`Access::begin_sso`].
    pub async fn link_sso(
        &self,
        principal: &Principal,
        key: &SealingKey,
        redirect_uri: &str,
        return_to: &str,
    ) -> Result<Option<Begun>, AccessError> {
        principal.acting()?;
        let own = self.me(principal).await?;
        self.begin(key, own.email.parse()?, redirect_uri, return_to, Some(principal)).await
    }

    async fn begin(
        &self,
        key: &SealingKey,
        email: Email,
        redirect_uri: &str,
        return_to: &str,
        principal: Option<&Principal>,
    ) -> Result<Option<Begun>, AccessError> {
        if !link::is_path(return_to) {
            return Err(AccessError::Invalid { field: "return_to", detail: "must be a path of the portal" });
        }
        let Some(domain) = domain_of(&email) else { return Ok(None) };
        let Some(account) = store::bound_to(&mut self.store.door().await?, &domain).await? else { return Ok(None) };
        let mut scope = self.store.scope(&ACTOR, account).await?;
        let Some(connection) = store::find(&mut scope).await? else { return Ok(None) };
        let client = client(&mut scope, key, connection).await?;
        let (secret, hash) = Credential::ATTEMPT.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let now = self.store.now();
        let attempt = Attempt {
            id: Uuid::now_v7(),
            connection_id: connection,
            operator_id: principal.and_then(Principal::operator),
            session_id: principal.and_then(Principal::session),
            redirect_uri: redirect_uri.to_owned(),
            return_to: return_to.to_owned(),
        };
        store::forget_attempts(&mut scope, now).await?;
        store::attempt(&mut scope, &attempt, &hash, now.checked_add(ATTEMPT_LIFETIME).unwrap_or(now)).await?;
        scope.commit().await?;
        Ok(Some(Begun { secret, client, email }))
    }

    /// Takes a browser back that was sent to a provider, by its secret; none where it was not, too long ago, where the
    /// provider is not the account's any more, or where it came back before.
    ///
    /// # Errors
    /// Where the database fails or a secret does not open.
    pub async fn return_sso(&self, key: &SealingKey, secret: &SecretString) -> Result<Option<Returned>, AccessError> {
        let Ok(hash) = Credential::ATTEMPT.parse(secret.expose_secret()) else { return Ok(None) };
        let now = self.store.now();
        let Some((account, id)) = store::find_attempt(&mut self.store.door().await?, &hash, now).await? else {
            return Ok(None);
        };
        let mut scope = match self.store.scope(&ACTOR, account).await {
            Err(StoreError::NotFound) => return Ok(None),
            scope => scope?,
        };
        let Some(attempt) = store::take_attempt(&mut scope, id).await? else { return Ok(None) };
        if let Some(operator) = attempt.operator_id
            && !self.still_asks(operator, attempt.session_id).await?
        {
            scope.commit().await?;
            return Ok(None);
        }
        let current = store::find(&mut scope).await?.filter(|current| *current == attempt.connection_id);
        let client = match current {
            Some(connection) => Some(client(&mut scope, key, connection).await?),
            None => None,
        };
        let place = scope.lineage().clone();
        scope.commit().await?;
        Ok(client.map(|client| Returned {
            client,
            redirect_uri: attempt.redirect_uri,
            return_to: attempt.return_to,
            connection: attempt.connection_id,
            place,
            operator: attempt.operator_id,
            session: attempt.session_id,
        }))
    }

    /// Whether the operator who asked to be connected is still signed in by the session in which it did, and has access to
    /// something.
    async fn still_asks(&self, operator: OperatorId, session: Option<SessionId>) -> Result<bool, AccessError> {
        let (now, Some(session)) = (self.store.now(), session) else { return Ok(false) };
        let mut door = self.store.door().await?;
        Ok(sessions::store::is_live(&mut door, operator, session, now).await?
            && !grants::store::held_by(&mut door, operator, now).await?.0.is_empty())
    }

    /// Whether an account's provider alone signs this operator in, although it has a password.
    pub(crate) async fn takes_provider(&self, operator: OperatorId) -> Result<bool, AccessError> {
        let passwords = store::passwords_of(&mut self.store.door().await?, operator).await?;
        Ok(passwords == Some(super::Passwords::Refused))
    }

    /// Whether an operator without a password may set one: its account's provider made it, and allows that.
    pub(crate) async fn may_set_password(&self, operator: OperatorId) -> Result<bool, AccessError> {
        let mut door = self.store.door().await?;
        let allowed = store::passwords_of(&mut door, operator).await? == Some(super::Passwords::Allowed);
        Ok(allowed && operators::store::contact(&mut door, operator).await?.is_some())
    }
}

/// The part behind the `@`, where it is a name of the domain name system.
pub(super) fn domain_of(email: &Email) -> Option<HostName> {
    email.key().rsplit_once('@').and_then(|(_, domain)| domain.parse().ok())
}

async fn client(scope: &mut Scope, key: &SealingKey, connection: ConnectionId) -> Result<Client, AccessError> {
    let known = store::lock(scope).await?.ok_or(AccessError::NotFound)?;
    let place = Place { owner: scope.account().get(), row: connection.get() };
    let secret = match store::sealed(scope).await? {
        Some(sealed) => Some(String::from_utf8_lossy(&key.open(&place, &sealed)?).into_owned().into()),
        None => None,
    };
    Ok(Client {
        account: scope.account(),
        issuer: known.issuer,
        client_id: known.client_id,
        secret,
        scopes: known.scopes,
    })
}
