//! Passkeys (WebAuthn, level 3): a key pair that an authenticator makes and guards for one host name. Signing with it
//! shows that its owner has it, and, as the authenticator asks for a finger, a face or a PIN each time, that it is its
//! owner: so one is a whole sign-in, and a second factor wherever one is asked for.
//!
//! The crate `webauthn_rp` does the protocol ([`ceremony`]); what is guaranteed here:
//!
//! * A passkey is good under the host name that it was made under ([`Party`]): the platform's own, or that of a dealer's
//!   portal. No other origin is taken, whatever a call says of itself.
//! * A challenge is sealed into what the browser is given ([`challenge`]), bound to its purpose and to the browser or the
//!   session that asked for it, over after [`CHALLENGE_LIFETIME`], and answered once. A challenge that nobody answers
//!   stands nowhere, so strangers fill no table.
//! * A counter that goes back tells of a copy: it is refused, and audited.
//! * Whatever is wrong with an answer, to a stranger it is the same refusal.

mod ceremony;
mod challenge;
mod party;
mod service;
pub(crate) mod store;

use bailiwick_store::{At, uuid_id};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::Value;

use crate::factors::Evidence;

pub use challenge::Bound;
pub use party::Party;

/// A challenge is over after so long.
pub const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
uuid_id! {
    /// One passkey.
    PasskeyId
}

/// A passkey, as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// What its operator calls it.
    pub name: String,
    /// The host name that it is good under.
    pub party: String,
    /// When it was made.
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    /// When it was last used.
    pub(crate) last_used_at: Option<At>,
}

impl Passkey {
    /// When it was last used; none where it never was.
    #[must_use]
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at.map(|at| at.0)
    }
}

/// What a browser is given for its authenticator.
#[derive(Debug)]
pub struct Challenge {
    /// To be sent back with the answer.
    pub sealed: SecretString,
    /// `PublicKeyCredentialRequestOptionsJSON` or `PublicKeyCredentialCreationOptionsJSON`.
    pub options: Value,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What an authenticator answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Under which host name.
    pub party: Party,
    /// Who was asked.
    pub bound: Bound,
    /// What [`Challenge::sealed`] was.
    pub sealed: SecretString,
    /// `AuthenticationResponseJSON` or `RegistrationResponseJSON`.
    pub response: Value,
}

/// What shows that who adds a passkey is its operator, and nobody who found an open browser.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The password; not enough where codes are set up, since a passkey would go round them.
    Password(SecretString),
    /// A code or a passkey.
    Factor(Evidence),
}
