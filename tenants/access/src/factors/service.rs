//! Setting up a second factor, and proving it.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::seal::{Place, SealingKey};
use bailiwick_store::{OperatorId, Scope};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::code::{self, Code};
use super::{
    CHALLENGE_LIFETIME, Challenge, Enrolment, Evidence, FAILURE_WINDOW, Factors, MOST_FAILURES, RECOVERY_CODES, store,
};
use crate::access::Access;
use crate::credential::Credential;
use crate::error::AccessError;
use crate::operators;
use crate::principal::{Principal, Via};
use crate::sso::Through;

/// What authenticator apps show beside the address.
const ISSUER: &str = "Bailiwick";
/// As RFC 4226 recommends for SHA-1.
const SECRET_BYTES: usize = 20;

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It was right, and is used up.
    Right,
    /// It was wrong, which is counted and audited in the scope's transaction: commit it.
    Wrong,
    /// The same of a passkey.
    WrongPasskey,
}

impl Access {
    /// What the operator signed in has set up.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token.
    pub async fn factors(&self, principal: &Principal) -> Result<Factors, AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        let (since, codes) = store::state(&mut scope, operator).await?;
        Ok(Factors { totp_since: since.map(|at| at.0), recovery_codes: usize::try_from(codes).unwrap_or(0) })
    }

    /// Gives the operator signed in a generator of one-time passwords, in place of one that it never confirmed. It
    /// takes the password, so that nobody who finds an open browser locks its operator out.
    ///
    /// # Errors
    /// [`AccessError::WrongPassword`]; [`AccessError::Conflict`] where a factor is set up; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn begin_totp(
        &self,
        principal: &Principal,
        key: &SealingKey,
        password: &SecretString,
    ) -> Result<Enrolment, AccessError> {
        let operator = principal.acting()?;
        self.check_password(operator, password).await?;
        let mut scope = self.own_scope(principal).await?;
        let own = operators::store::get(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        if store::lock(&mut scope, operator).await?.is_some_and(|factor| factor.confirmed_at.is_some()) {
            return Err(AccessError::Conflict("a second factor is set up already: remove it first"));
        }
        let mut secret = [0_u8; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|error| AccessError::Hashing(error.into()))?;
        let id = Uuid::now_v7();
        let sealed = key.seal(&Place { owner: operator.get(), row: id }, &secret)?;
        store::begin(&mut scope, operator, id, &sealed, self.store.now()).await?;
        let totp = generator(&secret, &own.email)?;
        let uri = totp.to_url().map_err(|error| AccessError::Hashing(error.into()))?;
        record(&mut scope, Entry::new("operator.second_factor_begun", Object::new("operator", operator))).await?;
        scope.commit().await?;
        Ok(Enrolment { secret: totp.secret().to_base32().into(), uri: uri.into() })
    }

    /// Confirms the generator by a code of it: from now on signing in takes one. Every other proof of the operator, which
    /// did without, ends. Gives the recovery codes, shown this once.
    ///
    /// # Errors
    /// [`AccessError::WrongCode`], [`AccessError::TooManyCodes`]; [`AccessError::Conflict`] where none waits to be
    /// confirmed; [`AccessError::NotAPerson`]; [`AccessError::ViewAsReadOnly`].
    pub async fn confirm_totp(
        &self,
        principal: &Principal,
        key: &SealingKey,
        code: &SecretString,
    ) -> Result<Vec<SecretString>, AccessError> {
        let (operator, Via::Session { id: session, .. }) = (principal.acting()?, principal.via()) else {
            return Err(AccessError::NotAPerson);
        };
        let mut scope = self.own_scope(principal).await?;
        let factor = store::lock(&mut scope, operator).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_some()) {
            return Err(AccessError::Conflict("no second factor waits to be confirmed"));
        }
        let now = self.store.now();
        // a recovery code confirms nothing: there is none yet
        let mut scope = right(self.check_code(&mut scope, operator, key, code).await?, scope).await?;
        store::confirm(&mut scope, operator, now).await?;
        let codes = fresh_codes(&mut scope, operator).await?;
        let ended = self.end_proofs(&mut scope, operator, Some(session)).await?;
        let entry = Entry::new("operator.second_factor_set_up", Object::new("operator", operator)).after(ended.told());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await?;
        Ok(codes)
    }

    /// Removes the second factor of the operator signed in, with its recovery codes; takes the password, and a code or
    /// a passkey.
    ///
    /// # Errors
    /// [`AccessError::WrongPassword`], and those of [`Access::renew_recovery_codes`].
    pub async fn remove_totp(
        &self,
        principal: &Principal,
        key: &SealingKey,
        password: &SecretString,
        evidence: impl Into<Evidence>,
    ) -> Result<(), AccessError> {
        let operator = principal.acting()?;
        self.check_password(operator, password).await?;
        let mut scope = self.with_totp(principal, operator).await?;
        let mut scope = right(self.prove(&mut scope, operator, key, &evidence.into()).await?, scope).await?;
        store::remove(&mut scope, operator).await?;
        let ended = self.end_proofs(&mut scope, operator, principal.session()).await?;
        let entry = Entry::new("operator.second_factor_removed", Object::new("operator", operator)).after(ended.told());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await
    }

    /// Fresh recovery codes in place of those left, shown this once; takes a code or a passkey.
    ///
    /// # Errors
    /// [`AccessError::WrongCode`], [`AccessError::TooManyCodes`], [`AccessError::PasskeyRefused`],
    /// [`AccessError::SecondFactorMissing`]; [`AccessError::NotAPerson`]; [`AccessError::ViewAsReadOnly`].
    pub async fn renew_recovery_codes(
        &self,
        principal: &Principal,
        key: &SealingKey,
        evidence: impl Into<Evidence>,
    ) -> Result<Vec<SecretString>, AccessError> {
        let operator = principal.acting()?;
        let mut scope = self.with_totp(principal, operator).await?;
        let mut scope = right(self.prove(&mut scope, operator, key, &evidence.into()).await?, scope).await?;
        let codes = fresh_codes(&mut scope, operator).await?;
        let ended = self.end_proofs(&mut scope, operator, principal.session()).await?;
        let entry =
            Entry::new("operator.recovery_codes_renewed", Object::new("operator", operator)).after(ended.told());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await?;
        Ok(codes)
    }

    /// Checks what the scope's own operator shows as its second factor, and uses it up.
    ///
    /// # Errors
    /// [`AccessError::SecondFactorMissing`] for a code where none are set up; [`AccessError::TooManyCodes`].
    pub(crate) async fn prove(
        &self,
        scope: &mut Scope,
        operator: OperatorId,
        key: &SealingKey,
        evidence: &Evidence,
    ) -> Result<Proof, AccessError> {
        let code = match evidence {
            Evidence::Code(code) => code,
            Evidence::Passkey(answer) => {
                return match self.judge_answer(key, answer).await? {
                    Some(judged) if judged.operator() == operator => self.settle_answer(scope, &judged).await,
                    _ => Ok(Proof::WrongPasskey),
                };
            }
        };
        let factor = store::lock(scope, operator).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
            return Err(AccessError::SecondFactorMissing);
        }
        self.check_code(scope, operator, key, code).await
    }

    /// The scope of an operator that has codes set up.
    async fn with_totp(&self, principal: &Principal, operator: OperatorId) -> Result<Scope, AccessError> {
        let mut scope = self.own_scope(principal).await?;
        match store::lock(&mut scope, operator).await? {
            Some(factor) if factor.confirmed_at.is_some() => Ok(scope),
            _ => Err(AccessError::SecondFactorMissing),
        }
    }

    async fn check_code(
        &self,
        scope: &mut Scope,
        operator: OperatorId,
        key: &SealingKey,
        code: &SecretString,
    ) -> Result<Proof, AccessError> {
        let now = self.store.now();
        let factor = store::lock(scope, operator).await?.ok_or(AccessError::SecondFactorMissing)?;
        let window = factor.failing_since.map(|since| since.0).filter(|since| now < ends(*since));
        if let Some(since) = window.filter(|_| factor.failures >= MOST_FAILURES) {
            let wait = ends(since).duration_since(now).as_secs();
            return Err(AccessError::TooManyCodes { retry_after: u64::try_from(wait).unwrap_or(0).saturating_add(1) });
        }
        let taken = match Code::read(code) {
            Some(Code::Moment(digits)) => {
                let secret = key.open(&Place { owner: operator.get(), row: factor.id }, &factor.secret)?;
                let seconds = u64::try_from(now.as_second()).unwrap_or(0);
                let step = generator(&secret, "operator")?.check(digits.expose_secret(), seconds);
                step.and_then(|step| i64::try_from(step).ok()).filter(|step| *step > factor.last_step)
            }
            Some(Code::Recovery(text)) => {
                let hash = code::hash(operator, text.expose_secret());
                store::use_code(scope, operator, &hash).await?.then_some(factor.last_step)
            }
            None => None,
        };
        if let Some(step) = taken {
            store::taken(scope, operator, step).await?;
            return Ok(Proof::Right);
        }
        let (failures, since) = window.map_or((0, now), |since| (factor.failures, since));
        store::failed(scope, operator, failures.saturating_add(1), since).await?;
        record(scope, Entry::new("operator.code_refused", Object::new("operator", operator))).await?;
        Ok(Proof::Wrong)
    }

    /// # Errors
    /// [`AccessError::WrongPassword`].
    pub(crate) async fn check_password(
        &self,
        operator: OperatorId,
        password: &SecretString,
    ) -> Result<(), AccessError> {
        let mut door = self.store.door().await?;
        let known = operators::store::password_hash(&mut door, operator).await?;
        drop(door);
        if self.hasher.verify(password, known).await? {
            return Ok(());
        }
        self.note_failure(operator, None);
        Err(AccessError::WrongPassword)
    }

    /// Whether the operator's password takes a code besides.
    pub(crate) async fn has_factor(&self, operator: OperatorId) -> Result<bool, AccessError> {
        Ok(!store::having(&mut self.store.door().await?, &[operator]).await?.is_empty())
    }

    /// Asks for a code after the right password. `principal` is who it will be.
    pub(crate) async fn challenge(
        &self,
        principal: &Principal,
        operator: OperatorId,
        through: Option<&Through>,
    ) -> Result<Challenge, AccessError> {
        let (secret, hash) = Credential::CHALLENGE.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let now = self.store.now();
        let challenge = Challenge { secret, expires_at: now.checked_add(CHALLENGE_LIFETIME).unwrap_or(now) };
        let mut scope = self.own_scope(principal).await?;
        store::challenge(&mut scope, operator, &hash, &challenge, through).await?;
        record(&mut scope, Entry::new("session.code_asked", Object::new("operator", operator))).await?;
        scope.commit().await?;
        Ok(challenge)
    }
}

/// Goes on where the proof was right; keeps that it was wrong otherwise.
///
/// # Errors
/// [`AccessError::WrongCode`]; [`AccessError::PasskeyRefused`].
pub(crate) async fn right(proof: Proof, scope: Scope) -> Result<Scope, AccessError> {
    match proof {
        Proof::Right => Ok(scope),
        Proof::Wrong => {
            scope.commit().await?;
            Err(AccessError::WrongCode)
        }
        Proof::WrongPasskey => {
            scope.commit().await?;
            Err(AccessError::PasskeyRefused)
        }
    }
}

fn ends(since: Timestamp) -> Timestamp {
    since.checked_add(FAILURE_WINDOW).unwrap_or(since)
}

/// Six digits every 30 seconds, by SHA-1: what every app can. One step early or late is taken.
fn generator(secret: &[u8], email: &str) -> Result<Totp, AccessError> {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(email.replace(':', "_"))
        .build()
        .map_err(|error| AccessError::Hashing(error.into()))
}

async fn fresh_codes(scope: &mut Scope, operator: OperatorId) -> Result<Vec<SecretString>, AccessError> {
    store::forget_codes(scope, operator).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let (shown, hash) = code::recovery(operator).map_err(|error| AccessError::Hashing(error.into()))?;
        store::add_code(scope, operator, &hash).await?;
        codes.push(shown);
    }
    Ok(codes)
}
