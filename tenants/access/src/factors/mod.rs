//! The second factor of a sign-in: a time-based one-time password (RFC 6238), and recovery codes for when it is lost.
//!
//! The secret is shown once and sealed at rest. A code is good once: the newest time step taken is kept. Wrong codes
//! are counted over all ways in which one is asked for; after [`MOST_FAILURES`] within [`FAILURE_WINDOW`] none is looked
//! at until the window is over. Nobody is locked out for good.

mod code;
mod service;
pub(crate) mod store;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::passkeys::Answer;

pub(crate) use service::{Proof, right};

/// Between the password and the code there is so much time.
pub const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// So many codes may be tried on one challenge.
pub const CHALLENGE_ATTEMPTS: i32 = 5;
/// So many wrong codes within [`FAILURE_WINDOW`].
pub const MOST_FAILURES: i32 = 10;
/// Wrong codes are counted for so long.
pub const FAILURE_WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// Recovery codes of an operator.
pub const RECOVERY_CODES: usize = 10;

/// What an operator has set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// Since when it signs in with one-time passwords; `None` where it does not.
    pub totp_since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
}

/// What shows a second factor.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// A code of the moment, or a recovery code.
    Code(SecretString),
    /// A passkey, which counts as one wherever one is asked for.
    Passkey(Answer),
}

impl From<&SecretString> for Evidence {
    fn from(code: &SecretString) -> Self {
        Self::Code(code.clone())
    }
}

impl From<SecretString> for Evidence {
    fn from(code: SecretString) -> Self {
        Self::Code(code)
    }
}

impl From<Answer> for Evidence {
    fn from(answer: Answer) -> Self {
        Self::Passkey(answer)
    }
}

/// A one-time password generator to be; counts once it is confirmed.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in base32, for typing; shown this once.
    pub secret: SecretString,
    /// The same as `otpauth://` address, for a QR code; shown this once.
    pub uri: SecretString,
}

/// The right password was given, and a code is to follow.
#[derive(Debug)]
pub struct Challenge {
    /// To be sent along with the code; good for one sign-in.
    pub secret: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}
