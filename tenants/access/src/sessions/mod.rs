//! Sessions: signed-in browsers. The server keeps them and can end them; the browser has a random secret of which only
//! the SHA-256 is stored. A session ends after 12 idle hours, after 7 days in any case, and with the operator's last grant.

mod failures;
mod service;
pub(crate) mod store;

use bailiwick_store::{At, uuid_id};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

pub(crate) use failures::Failures;

use crate::factors::Challenge;
use crate::principal::Principal;

/// A session unused for so long is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// A session is over after so long, however busy.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Use is noted at most so often.
const TOUCH: SignedDuration = SignedDuration::from_secs(60);

uuid_id! {
    /// One session.
    SessionId
}

/// What became of a sign-in.
#[derive(Debug)]
pub enum SignInOutcome {
    /// It is who it claims to be.
    SignedIn(SignedIn),
    /// The password is right, and a code of the second factor is to follow.
    SecondFactor(Challenge),
    /// It is not, or has no access to anything. Which one, and whether the address is known, is not told, also not by
    /// how long the answer took. At the second step: a wrong code, or a challenge that is over, used or none.
    Refused,
}

/// Where a sign-in comes from, as its operator is shown it.
#[derive(Debug, Clone, Default)]
pub struct Whence {
    /// The address.
    pub source: Option<String>,
    /// The browser and its system, as far as it tells: `Firefox, Linux`.
    pub device: Option<String>,
}

impl From<Option<String>> for Whence {
    fn from(source: Option<String>) -> Self {
        Self { source, device: None }
    }
}

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret for the cookie; shown this once.
    pub secret: SecretString,
    /// Who signed in.
    pub principal: Principal,
    /// When the session ends in any case.
    pub expires_at: Timestamp,
}

/// One session, as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[sqlx(try_from = "At")]
    pub last_seen_at: Timestamp,
    /// When it ends in any case.
    #[sqlx(try_from = "At")]
    pub expires_at: Timestamp,
    /// Where the sign-in came from.
    pub source: Option<String>,
    /// What it came from, as far as that told: `Firefox, Linux`.
    pub device: Option<String>,
}

/// The token that calls of a session must send in `X-CSRF-Token` when they change something: made from the cookie's
/// secret, which a page of another origin cannot read.
#[must_use]
pub fn csrf_token(secret: &SecretString) -> String {
    hex::encode(Sha256::new().chain_update("bailiwick csrf 1\0").chain_update(secret.expose_secret()).finalize())
}
