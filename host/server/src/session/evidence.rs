//! What shows a second factor in the body of a call: a code, or the answer of a passkey.

use bailiwick_access::{
    factors::Evidence,
    passkeys::{Answer, Bound, Challenge, Party},
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    App,
    caller::Caller,
    edge::{Host, Problem},
};

/// What an authenticator answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyAnswer)]
pub struct PasskeyAnswer {
    /// What the challenge came with.
    #[schema(value_type = String, write_only)]
    challenge: SecretString,
    /// What `PublicKeyCredential.toJSON()` gives (WebAuthn 3, 5.1).
    #[schema(value_type = Object, write_only)]
    credential: Value,
}

impl PasskeyAnswer {
    /// As an answer to whoever was asked, under the host name that is called.
    pub(super) async fn bound(self, app: &App, host: &Host, bound: Bound) -> Result<Answer, Problem> {
        let party = party(app, host).await?;
        Ok(Answer { party, bound, sealed: self.challenge, response: self.credential })
    }
}

/// What a browser hands to its authenticator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyChallenge)]
pub struct PasskeyChallenge {
    /// To be sent back with the answer.
    challenge: String,
    /// For `parseRequestOptionsFromJSON()` or `parseCreationOptionsFromJSON()` of `PublicKeyCredential`.
    #[schema(value_type = Object)]
    options: Value,
    /// Five minutes from now.
    expires_at: Timestamp,
}

impl From<Challenge> for PasskeyChallenge {
    fn from(challenge: Challenge) -> Self {
        Self {
            challenge: challenge.sealed.expose_secret().to_owned(),
            options: challenge.options,
            expires_at: challenge.expires_at,
        }
    }
}

/// Under which host name passkeys are made and good for this call. What the call says of its host picks one that is
/// set up, and nothing else.
pub(super) async fn party(app: &App, host: &Host) -> Result<Party, Problem> {
    Ok(app.access().party(Party::of_url(&app.config().public_url), host.0.as_ref()).await?)
}

/// One of the two, to whoever is `bound`.
pub(super) async fn evidence(
    app: &App,
    host: &Host,
    bound: Option<Bound>,
    code: Option<SecretString>,
    passkey: Option<PasskeyAnswer>,
) -> Result<Evidence, Problem> {
    match (code, passkey, bound) {
        (Some(code), None, _) => Ok(code.into()),
        (None, Some(answer), Some(bound)) => Ok(answer.bound(app, host, bound).await?.into()),
        (None, Some(_), None) => Err(bailiwick_access::AccessError::PasskeyRefused.into()),
        _ => Err(Problem::field("code", "required", "give either a code or the answer of a passkey")),
    }
}

/// The caller's session, which its own challenges are bound to.
pub fn session(caller: &Caller) -> Option<Bound> {
    match caller.principal.via() {
        bailiwick_access::Via::Session { id, .. } => Some(Bound::Session(id)),
        _ => None,
    }
}

/// A code or a passkey's answer, of the caller.
///
/// # Errors
/// Where it is both or neither.
pub async fn own_evidence(
    app: &App,
    host: &Host,
    caller: &Caller,
    code: Option<SecretString>,
    passkey: Option<PasskeyAnswer>,
) -> Result<Evidence, Problem> {
    evidence(app, host, session(caller), code, passkey).await
}
