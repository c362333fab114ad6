//! Forgotten passwords: who reads the operator's mail may set a new one, once, within [`LIFETIME`].
//!
//! Asking for it never looks whether somebody of the address exists; that is found out when the mail is sent, long after
//! the answer. A new password ends every session, every sign-in that waits for a code, and every other link. The second
//! factor and passkeys stay as they are: who reads the mail has shown neither, and the mail that tells of the change says
//! so.

mod service;
pub(crate) mod store;

use bailiwick_store::{OperatorId, uuid_id};
use jiff::SignedDuration;
use secrecy::SecretString;

/// How long a link works.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// Links that one operator is mailed in that time.
pub const MOST: i64 = 3;

uuid_id! {
    /// One link.
    ResetId
}

/// A fresh link, to be mailed.
#[derive(Debug)]
pub struct ResetLink {
    /// Its secret.
    pub secret: SecretString,
    /// Whose password.
    pub contact: Contact,
}

/// How an operator is written to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Contact {
    /// Who.
    pub id: OperatorId,
    /// The address as it is kept, not as a stranger typed it.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language, `en` or `de-AT`.
    pub locale: String,
}
