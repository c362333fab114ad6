//! Signing in and out.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::seal::SealingKey;
use bailiwick_store::{Actor, Cursor, OperatorId, Page, PageRequest, Scope};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{ABSOLUTE, IDLE, Session, SessionId, SignInOutcome, SignedIn, TOUCH, Whence, store};
use crate::access::Access;
use crate::credential::Credential;
use crate::error::AccessError;
use crate::factors::{self, Evidence, Proof};
use crate::grants;
use crate::operators;
use crate::passkeys;
use crate::principal::{Principal, Via};
use crate::sso::{self, Through};
use crate::view_as::Seat;
use bailiwick_text::Email;

/// What is kept of where a sign-in came from.
const SOURCE_LIMIT: usize = 200;
/// What is kept of what it came from.
const DEVICE_LIMIT: usize = 60;

/// The most sessions of one operator: more browsers and devices than anybody signs in from. The one that was used the
/// longest ago ends when another begins.
const MOST: i64 = 100;

impl Access {
    /// Signs an operator in by e-mail address and password. `whence` is where the call comes from; a session that the
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
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let found = match email.parse::<Email>() {
            Ok(email) => operators::store::find_for_sign_in(&mut self.store.door().await?, &email).await?,
            Err(_) => None,
        };
        let (operator, known) = found.unzip();
        let right = self.hasher.verify(password, known.flatten()).await?;
        let Some(operator) = operator else { return Ok(SignInOutcome::Refused) };
        let whence = whence.into();
        if !right || self.takes_provider(operator).await? {
            self.note_failure(operator, whence.source);
            return Ok(SignInOutcome::Refused);
        }
        self.after_password(operator, whence, replaces).await
    }

    /// Ends a sign-in by the second factor: a code of the moment, a recovery code, or a passkey. `challenge` is what the
    /// first step gave; it is good for one session, whose secret is fresh.
    ///
    /// # Errors
    /// [`AccessError::TooManyCodes`]; and as [`Access::sign_in`].
    pub async fn sign_in_with_code(
        &self,
        key: &SealingKey,
        challenge: &SecretString,
        evidence: impl Into<Evidence>,
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let refused = Ok(SignInOutcome::Refused);
        let Ok(hash) = Credential::CHALLENGE.parse(challenge.expose_secret()) else { return refused };
        let mut door = self.store.door().await?;
        let Some(asked) = factors::store::find_challenge(&mut door, &hash, self.store.now()).await? else {
            return refused;
        };
        let (id, operator) = (asked.id, asked.operator_id);
        let through = match asked.sign_in_at.zip(asked.connection_id) {
            Some((account, connection)) => match sso::store::place_of(&mut door, account, connection).await? {
                Some(place) => Some(Through { account, connection, place }),
                // the provider was taken away meanwhile
                None => return refused,
            },
            None => None,
        };
        drop(door);
        let Some(principal) = self.candidate(operator, whence, through.as_ref()).await? else { return refused };
        let mut scope = self.own_scope(&principal).await?;
        if !factors::store::attempt(&mut scope, operator, id).await? {
            return refused;
        }
        let proof = match self.prove(&mut scope, operator, key, &evidence.into()).await {
            // it was removed since, and the challenge with it
            Err(AccessError::SecondFactorMissing) => return refused,
            proof => proof?,
        };
        if proof != Proof::Right {
            scope.commit().await?;
            return refused;
        }
        factors::store::forget_challenges(&mut scope, operator).await?;
        self.begin_session(scope, principal, operator, through.as_ref(), replaces).await
    }

    /// Goes on with an operator who gave the right password: a session, or the question for a code.
    pub(crate) async fn after_password(
        &self,
        operator: OperatorId,
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        self.after_proof(operator, None, whence, replaces).await
    }

    /// As [`Access::after_password`], for an operator whom an account's provider proved.
    pub(crate) async fn after_provider(
        &self,
        operator: OperatorId,
        through: Through,
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        self.after_proof(operator, Some(through), whence, replaces).await
    }

    async fn after_proof(
        &self,
        operator: OperatorId,
        through: Option<Through>,
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let candidate = self.candidate(operator, whence, through.as_ref()).await?;
        let Some(principal) = candidate else { return Ok(SignInOutcome::Refused) };
        if self.has_factor(operator).await? {
            let challenge = self.challenge(&principal, operator, through.as_ref()).await?;
            return Ok(SignInOutcome::SecondFactor(challenge));
        }
        let scope = self.own_scope(&principal).await?;
        self.begin_session(scope, principal, operator, through.as_ref(), replaces).await
    }

    /// Who an operator will be, once it is signed in; none where it has access to nothing.
    pub(crate) async fn candidate(
        &self,
        operator: OperatorId,
        whence: impl Into<Whence>,
        through: Option<&Through>,
    ) -> Result<Option<Principal>, AccessError> {
        let now = self.store.now();
        let (mut held, suspended) = grants::store::held_by(&mut self.store.door().await?, operator, now).await?;
        if let Some(through) = through {
            held.retain(|held| through.place.contains(&held.lineage));
        }
        let lifetime = if through.is_some() { sso::LIFETIME } else { ABSOLUTE };
        if held.is_empty() {
            return if suspended { Err(AccessError::Suspended) } else { Ok(None) };
        }
        let Whence { source, device } = whence.into();
        let source = source.map(|source| source.chars().take(SOURCE_LIMIT).collect::<String>());
        let device = device.map(|device| device.chars().take(DEVICE_LIMIT).collect::<String>());
        let via = Via::Session { id: SessionId::new(), expires_at: now.checked_add(lifetime).unwrap_or(now) };
        Ok(Some(Principal { actor: Actor::Operator(operator), via, held, viewing_as: None, source, device }))
    }

    /// Makes the session that a candidate is to have, with a fresh secret, and ends the one that it replaces.
    pub(crate) async fn begin_session(
        &self,
        mut scope: Scope,
        principal: Principal,
        operator: OperatorId,
        through: Option<&Through>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let Via::Session { id, expires_at } = principal.via() else { return Err(AccessError::NotAPerson) };
        let (secret, hash) = Credential::SESSION.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let now = self.store.now();
        store::insert(&mut scope, &principal, id, operator, &hash, now, expires_at).await?;
        if let Some(through) = through {
            store::through(&mut scope, id, through).await?;
        }
        store::end_beyond(&mut scope, operator, MOST, now).await?;
        store::seen(&mut scope, operator, now).await?;
        if let Some(old) = replaces.and_then(|old| Credential::SESSION.parse(old.expose_secret()).ok()) {
            let mut door = self.store.door().await?;
            if let Some(old) = store::find(&mut door, &old).await?.filter(|old| old.operator_id == operator) {
                store::revoke(&mut scope, operator, old.id, now).await?;
            }
        }
        record(&mut scope, Entry::new("session.started", Object::new("session", id))).await?;
        scope.commit().await?;
        self.leave_ended(&principal).await?;
        Ok(SignInOutcome::SignedIn(SignedIn { secret, principal, expires_at }))
    }

    /// Who a session's secret belongs to.
    ///
    /// # Errors
    /// [`AccessError::SessionUnknown`] where there is none, or it was ended; [`AccessError::NothingHeld`] while the operator
    /// has no grant; [`AccessError::SessionExpired`] where its time is over; [`AccessError::Suspended`].
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
        let (mut held, suspended) = grants::store::held_by(&mut door, found.operator_id, now).await?;
        if found.connection_id.is_some() {
            // with its provider gone the session is over; until then it reaches what lies below it
            let place = found.place.ok_or(AccessError::SessionUnknown)?;
            held.retain(|held| place.contains(&held.lineage));
        }
        if held.is_empty() {
            return Err(if suspended { AccessError::Suspended } else { AccessError::NothingHeld });
        }
        if idle >= TOUCH {
            store::touch(&mut door, found.id, found.operator_id, now).await?;
        }
        let via = Via::Session { id: found.id, expires_at };
        let actor = Actor::Operator(found.operator_id);
        let principal = Principal { actor, via, held, viewing_as: None, source: None, device: None };
        match (found.viewing_as, found.viewing_at, found.viewing_until) {
            (Some(whom), Some(at), Some(until)) => {
                drop(door);
                let through = found.viewing_through;
                self.look(principal, Seat { session: found.id, whom, at, through, until: until.0 }).await
            }
            _ => Ok(principal),
        }
    }

    /// Ends the session that the principal uses.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] where it uses none.
    pub async fn sign_out(&self, principal: &Principal) -> Result<(), AccessError> {
        let Via::Session { id, .. } = principal.via() else { return Err(AccessError::NotAPerson) };
        self.end_session(&principal.itself(), id).await
    }

    /// The principal's own sessions that have not ended, newest first.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token; [`AccessError::Store`] for a cursor of another list.
    pub async fn sessions(&self, principal: &Principal, page: &PageRequest) -> Result<Page<Session>, AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        let now = self.store.now();
        let idle_since = now.checked_sub(IDLE).unwrap_or(now);
        let rows = store::list(&mut scope, operator, now, idle_since, page).await?;
        Ok(page.page(rows, |last| Cursor::time(last.created_at, last.id.get())))
    }

    /// Ends one of the principal's own sessions.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has no such session; [`AccessError::NotAPerson`] for a token;
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn end_session(&self, principal: &Principal, session: SessionId) -> Result<(), AccessError> {
        let operator = principal.acting()?;
        let mut scope = self.own_scope(principal).await?;
        if !store::revoke(&mut scope, operator, session, self.store.now()).await? {
            return Err(AccessError::NotFound);
        }
        record(&mut scope, Entry::new("session.ended", Object::new("session", session))).await?;
        scope.commit().await?;
        self.leave_ended(principal).await
    }

    /// Ends all of the principal's own sessions but the one that it uses. Returns how many.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] where it uses none; [`AccessError::ViewAsReadOnly`].
    pub async fn end_other_sessions(&self, principal: &Principal) -> Result<u64, AccessError> {
        let (operator, Via::Session { id, .. }) = (principal.acting()?, principal.via()) else {
            return Err(AccessError::NotAPerson);
        };
        let mut scope = self.own_scope(principal).await?;
        let ended = store::revoke_but(&mut scope, operator, Some(id), self.store.now()).await?;
        let entry = Entry::new("session.others_ended", Object::new("operator", operator))
            .after(json!({ "sessions_ended": ended }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await?;
        Ok(ended)
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
        factors::store::purge_challenges(&mut ops, before).await?;
        passkeys::store::purge_answered(&mut ops, before).await?;
        ops.commit().await?;
        Ok(purged)
    }
}
