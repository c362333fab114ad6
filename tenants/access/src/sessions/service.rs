//! Signing in and out.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::Actor;
use secrecy::{ExposeSecret, SecretString};

use super::{ABSOLUTE, IDLE, Session, SessionId, SignInOutcome, SignedIn, TOUCH, store};
use crate::access::Access;
use crate::credential::Credential;
use crate::email::Email;
use crate::error::AccessError;
use crate::grants;
use crate::operators;
use crate::principal::{Principal, Via};

/// What is kept of where a sign-in came from.
const SOURCE_LIMIT: usize = 200;

impl Access {
    /// Signs an operator in by e-mail address and password. `source` is where the call comes from; a session that the
    /// browser already had is given as `replaces`, and ends.
    ///
    /// An unknown address costs the same work as a wrong password. Limiting the rate is the caller's.
    ///
    /// # Errors
    /// [`AccessError::Suspended`] where the password is right and every account that the operator may see is suspended;
    /// and where the database or hashing fails; a refusal is an outcome.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &SecretString,
        source: Option<String>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let source = source.map(|source| source.chars().take(SOURCE_LIMIT).collect::<String>());
        let found = match email.parse::<Email>() {
            Ok(email) => operators::store::find_for_sign_in(&mut self.store.door().await?, &email).await?,
            Err(_) => None,
        };
        let (operator, known) = found.unzip();
        let right = self.hasher.verify(password, known.flatten()).await?;
        let (Some(operator), true) = (operator, right) else { return Ok(SignInOutcome::Refused) };
        let (held, suspended) = grants::store::held_by(&mut self.store.door().await?, operator).await?;
        if held.is_empty() {
            return if suspended { Err(AccessError::Suspended) } else { Ok(SignInOutcome::Refused) };
        }

        let (secret, hash) = Credential::SESSION.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let now = self.store.now();
        let expires_at = now.checked_add(ABSOLUTE).unwrap_or(now);
        let id = SessionId::new();
        let via = Via::Session { id, expires_at };
        let principal = Principal { actor: Actor::Operator(operator), via, held, viewing_as: None, source };
        let mut scope = self.own_scope(&principal).await?;
        store::insert(&mut scope, id, operator, &hash, principal.source.as_deref(), now, expires_at).await?;
        if let Some(old) = replaces.and_then(|old| Credential::SESSION.parse(old.expose_secret()).ok()) {
            let mut door = self.store.door().await?;
            if let Some(old) = store::find(&mut door, &old).await?.filter(|old| old.operator_id == operator) {
                store::revoke(&mut scope, operator, old.id, now).await?;
            }
        }
        record(&mut scope, Entry::new("session.started", Object::new("session", id))).await?;
        scope.commit().await?;
        Ok(SignInOutcome::SignedIn(SignedIn { secret, principal, expires_at }))
    }

    /// Who a session's secret belongs to.
    ///
    /// # Errors
    /// [`AccessError::SessionUnknown`] where there is none, it was ended, or the operator lost its last grant;
    /// [`AccessError::SessionExpired`] where its time is over; [`AccessError::Suspended`].
    pub async fn authenticate_session(&self, secret: &SecretString) -> Result<Principal, AccessError> {
        let hash = Credential::SESSION.parse(secret.expose_secret()).map_err(|_| AccessError::SessionUnknown)?;
        let mut door = self.store.door().await?;
        let found = store::find(&mut door, &hash).await?.ok_or(AccessError::SessionUnknown)?;
        if found.revoked_at.is_some() {
            return Err(AccessError::SessionUnknown);
        }
        let now = self.store.now();
        let (expires_at, idle) = (found.expires_at.0, now.duration_since(found.last_seen_at.0));
        if now >= expires_at || idle >= IDLE {
            return Err(AccessError::SessionExpired);
        }
        let (held, suspended) = grants::store::held_by(&mut door, found.operator_id).await?;
        if held.is_empty() {
            return Err(if suspended { AccessError::Suspended } else { AccessError::SessionUnknown });
        }
        if idle >= TOUCH {
            store::touch(&mut door, found.id, found.operator_id, now).await?;
        }
        let via = Via::Session { id: found.id, expires_at };
        Ok(Principal { actor: Actor::Operator(found.operator_id), via, held, viewing_as: None, source: None })
    }

    /// Ends the session that the principal uses.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] where it uses none.
    pub async fn sign_out(&self, principal: &Principal) -> Result<(), AccessError> {
        match principal.via() {
            Via::Session { id, .. } => self.end_session(principal, id).await,
            _ => Err(AccessError::NotAPerson),
        }
    }

    /// The principal's own sessions that have not ended, newest first.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token.
    pub async fn sessions(&self, principal: &Principal) -> Result<Vec<Session>, AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        let now = self.store.now();
        let idle_since = now.checked_sub(IDLE).unwrap_or(now);
        Ok(store::list(&mut scope, operator, now, idle_since).await?)
    }

    /// Ends one of the principal's own sessions.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has no such session; [`AccessError::NotAPerson`] for a token.
    pub async fn end_session(&self, principal: &Principal, session: SessionId) -> Result<(), AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        if !store::revoke(&mut scope, operator, session, self.store.now()).await? {
            return Err(AccessError::NotFound);
        }
        record(&mut scope, Entry::new("session.ended", Object::new("session", session))).await?;
        Ok(scope.commit().await?)
    }

    /// Removes sessions that ended more than 30 days ago; for a daily job. Returns how many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn purge_sessions(&self) -> Result<u64, AccessError> {
        let now = self.store.now();
        let before = now.checked_sub(jiff::SignedDuration::from_hours(30 * 24)).unwrap_or(now);
        let mut ops = self.store.ops().await?;
        let purged = store::purge(&mut ops, before).await?;
        ops.commit().await?;
        Ok(purged)
    }
}
