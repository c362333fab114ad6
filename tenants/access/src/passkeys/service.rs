//! Making passkeys, keeping them, and signing in with them.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::seal::SealingKey;
use bailiwick_store::{Capped, Cursor, OperatorId, Page, PageRequest, Scope};
use bailiwick_text::{LineError, ShortName};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;

use super::ceremony::{self, Record, Signed, Verdict};
use super::challenge::{self, Opened, Purpose};
use super::{Answer, Bound, Challenge, Party, Passkey, PasskeyId, Proof, store};
use crate::access::{Access, is_duplicate};
use crate::branding::HostName;
use crate::error::AccessError;
use crate::factors::{self, right};
use crate::operators;
use crate::principal::{Principal, Via};
use crate::sessions::{SignInOutcome, Whence};

/// An answer that names a passkey on record, and what it is worth.
pub(crate) struct Judged {
    known: store::Known,
    opened: Opened,
    verdict: Verdict,
}

impl Judged {
    /// Whose passkey it is.
    pub(crate) fn operator(&self) -> OperatorId {
        self.known.operator_id
    }
}

impl Access {
    /// Under which host name passkeys are made and good: that of the dealer's portal that was called, else the
    /// platform's own, `main`.
    ///
    /// # Errors
    /// [`AccessError::PasskeysUnavailable`] where the platform has no host name.
    pub async fn party(&self, main: Option<Party>, host: Option<&HostName>) -> Result<Party, AccessError> {
        match host {
            Some(host) if self.is_portal_host(host).await? => Ok(Party::of_host(host)),
            _ => main.ok_or(AccessError::PasskeysUnavailable),
        }
    }

    /// Asks for a signature by a passkey, to sign in or to show that one may: by whoever is `bound`.
    ///
    /// # Errors
    /// [`AccessError::Hashing`] where the system has no randomness.
    pub fn ask_for_passkey(&self, key: &SealingKey, party: &Party, bound: &Bound) -> Result<Challenge, AccessError> {
        let asked = ceremony::ask_for_signature(party)?;
        self.sealed(key, Purpose::Use, bound, party, asked)
    }

    /// As [`Access::ask_for_passkey`], of the operator signed in, for what takes a second factor.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`]; [`AccessError::ViewAsReadOnly`].
    pub fn ask_own_passkey(
        &self,
        principal: &Principal,
        key: &SealingKey,
        party: &Party,
    ) -> Result<Challenge, AccessError> {
        self.ask_for_passkey(key, party, &own(principal)?)
    }

    /// Signs an operator in by a passkey alone. The session is fresh; one that the browser had is given as `replaces`,
    /// and ends.
    ///
    /// # Errors
    /// [`AccessError::Suspended`] where the answer is right and every account that the operator may see is suspended;
    /// and where the database fails; a refusal is an outcome.
    pub async fn sign_in_with_passkey(
        &self,
        key: &SealingKey,
        answer: &Answer,
        whence: impl Into<Whence>,
        replaces: Option<&SecretString>,
    ) -> Result<SignInOutcome, AccessError> {
        let refused = Ok(SignInOutcome::Refused);
        let Some(judged) = self.judge_answer(key, answer).await? else { return refused };
        let operator = judged.operator();
        // its account's provider alone signs it in
        if self.takes_provider(operator).await? {
            return refused;
        }
        let principal = match self.candidate(operator, whence, None).await {
            // whether somebody is suspended is told to itself alone
            Err(AccessError::Suspended) if !matches!(judged.verdict, Verdict::Right(_)) => return refused,
            found => found?,
        };
        let Some(principal) = principal else { return refused };
        let mut scope = self.own_scope(&principal).await?;
        if self.settle_answer(&mut scope, &judged).await? == factors::Proof::Right {
            factors::store::forget_challenges(&mut scope, operator).await?;
            return self.begin_session(scope, principal, operator, None, replaces).await;
        }
        scope.commit().await?;
        refused
    }

    /// The operator's own passkeys, the oldest first.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token.
    pub async fn passkeys(&self, principal: &Principal, page: &PageRequest) -> Result<Page<Passkey>, AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        // there are few: all of them are read for each page
        let all = store::list(&mut scope, operator).await?;
        Ok(page.of(all, |passkey| Cursor::time(passkey.created_at, passkey.id.get())))
    }

    /// Begins to add a passkey of the operator signed in.
    ///
    /// # Errors
    /// [`AccessError::WrongPassword`]; [`AccessError::SecondFactorMissing`] for the password where codes are set up;
    /// [`AccessError::WrongCode`], [`AccessError::TooManyCodes`], [`AccessError::PasskeyRefused`];
    /// [`AccessError::Store`] where there are as many as there can be; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn begin_passkey(
        &self,
        principal: &Principal,
        key: &SealingKey,
        party: &Party,
        proof: &Proof,
    ) -> Result<Challenge, AccessError> {
        let operator = principal.acting()?;
        let bound = own(principal)?;
        let mut scope = match proof {
            Proof::Password(password) => {
                self.check_password(operator, password).await?;
                if self.has_factor(operator).await? {
                    return Err(AccessError::SecondFactorMissing);
                }
                self.own_scope(principal).await?
            }
            Proof::Factor(evidence) => {
                let mut scope = self.own_scope(principal).await?;
                right(self.prove(&mut scope, operator, key, evidence).await?, scope).await?
            }
        };
        let itself = operators::store::get(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        scope.room_of(Capped::Passkeys, operator.get()).await?;
        let present = store::credentials(&mut scope, operator, party).await?;
        let asked = ceremony::ask_for_passkey(party, &itself, present)?;
        record(&mut scope, Entry::new("operator.passkey_begun", Object::new("operator", operator))).await?;
        scope.commit().await?;
        self.sealed(key, Purpose::Making, &bound, party, asked)
    }

    /// Adds the passkey that an authenticator made, and ends the operator's other sessions and proofs.
    ///
    /// # Errors
    /// [`AccessError::PasskeyRefused`], whatever is wrong with the answer; [`AccessError::Conflict`] where there are
    /// [`MOST`]; [`AccessError::Invalid`] where the name is none; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn add_passkey(
        &self,
        principal: &Principal,
        key: &SealingKey,
        answer: &Answer,
        name: &str,
    ) -> Result<Passkey, AccessError> {
        let operator = principal.acting()?;
        let (name, now) = (checked_name(name)?, self.store.now());
        let opened = challenge::open(key, Purpose::Making, &answer.bound, &answer.party, &answer.sealed, now);
        let opened = opened.ok_or(AccessError::PasskeyRefused)?;
        let made = ceremony::check_made(&answer.party, &opened.state, &answer.response);
        let made = made.ok_or(AccessError::PasskeyRefused)?;
        let mut scope = self.own_scope(principal).await?;
        if !store::answer(&mut scope, operator, &opened.hash, opened.expires_at).await? {
            return Err(AccessError::PasskeyRefused);
        }
        scope.room_of(Capped::Passkeys, operator.get()).await?;
        let id = PasskeyId::new();
        match store::insert(&mut scope, id, operator, &answer.party, name.as_str(), &made, now).await {
            // somebody has it: whose it is, is not told
            Err(error) if is_duplicate(&error) => return Err(AccessError::PasskeyRefused),
            Err(error) => return Err(error.into()),
            Ok(()) => {}
        }
        self.end_proofs(&mut scope, operator, principal.session()).await?;
        let entry = Entry::new("operator.passkey_added", Object::new("passkey", id).named(name.as_str()))
            .after(json!({ "operator": operator, "host": answer.party.id() }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await?;
        let (name, party) = (name.into_string(), answer.party.id().to_owned());
        // as the database keeps it
        let created_at = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        Ok(Passkey { id, name, party, created_at, last_used_at: None })
    }

    /// Calls a passkey of the operator signed in something else.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has no such passkey; [`AccessError::Invalid`]; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn rename_passkey(
        &self,
        principal: &Principal,
        id: PasskeyId,
        name: &str,
    ) -> Result<Passkey, AccessError> {
        let operator = principal.acting()?;
        let name = checked_name(name)?;
        let mut scope = self.own_scope(principal).await?;
        let renamed = store::rename(&mut scope, operator, id, name.as_str()).await?;
        let (before, after) = renamed.ok_or(AccessError::NotFound)?;
        let entry = Entry::new("operator.passkey_renamed", Object::new("passkey", id).named(name.as_str()))
            .before(json!({ "name": before }))
            .after(json!({ "name": name }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(after)
    }

    /// Takes a passkey of the operator signed in away: it signs nobody in any more.
    ///
    /// # Errors
    /// [`AccessError::Conflict`] where it is the last way in of an operator without a password;
    /// [`AccessError::NotFound`] where it has no such passkey; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn remove_passkey(&self, principal: &Principal, id: PasskeyId) -> Result<(), AccessError> {
        let operator = principal.acting()?;
        let by_password = operators::store::password_hash(&mut self.store.door().await?, operator).await?.is_some();
        let mut scope = self.own_scope(principal).await?;
        let last = store::lock(&mut scope, operator).await? == 1;
        let name = store::delete(&mut scope, operator, id).await?.ok_or(AccessError::NotFound)?;
        if last && !by_password {
            return Err(AccessError::Conflict("this is the only way to sign in: set a password or add another first"));
        }
        let ended = self.end_proofs(&mut scope, operator, principal.session()).await?;
        let entry = Entry::new("operator.passkey_removed", Object::new("passkey", id).named(name)).after(ended.told());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        self.leave_ended(principal).await
    }

    /// Checks an answer against the passkey that it names, outside of any transaction. Nothing where it names none, or
    /// answers no challenge of ours.
    pub(crate) async fn judge_answer(&self, key: &SealingKey, answer: &Answer) -> Result<Option<Judged>, AccessError> {
        let now = self.store.now();
        let opened = challenge::open(key, Purpose::Use, &answer.bound, &answer.party, &answer.sealed, now);
        let (Some(opened), Some(signed)) = (opened, Signed::read(&answer.response)) else { return Ok(None) };
        let mut door = self.store.door().await?;
        let Some(known) = store::find(&mut door, signed.credential(), &answer.party).await? else { return Ok(None) };
        drop(door);
        let record = Record {
            operator: known.operator_id,
            credential: signed.credential(),
            key: &known.key,
            state: &known.state,
        };
        let verdict = ceremony::check_signed(&answer.party, &opened.state, &signed, record);
        Ok(Some(Judged { known, opened, verdict }))
    }

    /// Uses an answer up in its operator's own scope: it was right, and is the first to its challenge; or the audit
    /// tells what it was. Commit it either way.
    pub(crate) async fn settle_answer(
        &self,
        scope: &mut Scope,
        judged: &Judged,
    ) -> Result<factors::Proof, AccessError> {
        let (known, opened) = (&judged.known, &judged.opened);
        // an answer that comes again is no copy of the passkey, though its counter does not go on either
        let first = match &judged.verdict {
            Verdict::Wrong => true,
            _ => store::answer(scope, known.operator_id, &opened.hash, opened.expires_at).await?,
        };
        let why = match &judged.verdict {
            _ if !first => "used before",
            Verdict::Right(state) => {
                if store::used(scope, known, state, self.store.now()).await? {
                    record(scope, Entry::new("operator.passkey_used", Object::new("passkey", known.id))).await?;
                    return Ok(factors::Proof::Right);
                }
                "used or removed at the same time"
            }
            Verdict::Copied => "the counter went back: there is a copy of it",
            Verdict::Wrong => "wrong answer",
        };
        let entry = Entry::new("operator.passkey_refused", Object::new("passkey", known.id)).reason(why);
        record(scope, entry).await?;
        Ok(factors::Proof::WrongPasskey)
    }

    fn sealed(
        &self,
        key: &SealingKey,
        purpose: Purpose,
        bound: &Bound,
        party: &Party,
        asked: ceremony::Asked,
    ) -> Result<Challenge, AccessError> {
        let (sealed, expires_at) = challenge::seal(key, purpose, bound, party, asked.state, self.store.now())?;
        Ok(Challenge { sealed, options: asked.options, expires_at })
    }
}

/// By its session, an operator in person who looks as nobody else.
fn own(principal: &Principal) -> Result<Bound, AccessError> {
    principal.acting()?;
    match principal.via() {
        Via::Session { id, .. } => Ok(Bound::Session(id)),
        _ => Err(AccessError::NotAPerson),
    }
}

fn checked_name(name: &str) -> Result<ShortName, AccessError> {
    name.parse().map_err(|error: LineError| AccessError::Invalid { field: "name", detail: error.detail() })
}
