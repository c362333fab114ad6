//! Collectors: the on-site engines of an account.
//!
//! A collector is a hostile device of one account. It comes to be by a one-time token that an operator made
//! for a site, and from then on proves itself by a key that only it holds; both are random, stored as SHA-256,
//! and shown once. A key says which account, site and collector it is: nothing that a collector sends can say
//! otherwise.
//!
//! A token ends with the right of who made it: the caller asks for that right again before it enrolls anything
//! ([`presented`], [`enroll`]). Whoever runs a collector reads its site's secrets, so somebody who may write them
//! answers for the collector ([`Secrets`]).

mod secret;
mod secrets;
mod service;
mod store;
mod tokens;

use bailiwick_contract::report::SweepFigures;
use bailiwick_store::{AccountId, Actor, CollectorId, StoreError};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{CollectorTokenId, Named, SiteId, drivers::DriverError, ingest::Cut, sites::SiteError};

pub use secrets::{Secrets, secrets, vouch};
pub use service::{assignment, authenticate, enroll, get, list, request_scan, revoke, status, touch};
pub use tokens::{create_token, presented, revoke_token, tokens};

/// How a collector is, from when it was last heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectorState {
    /// It is heard as often as it should be.
    Online,
    /// It missed a time or two.
    Late,
    /// It has not been heard for long.
    Offline,
    /// Its key is worth nothing any more.
    Revoked,
}

impl CollectorState {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Late => "late",
            Self::Offline => "offline",
            Self::Revoked => "revoked",
        }
    }

    /// A collector reports at least every poll, and at least every five minutes tells how it is.
    #[must_use]
    pub fn at(now: Timestamp, last_seen: Option<Timestamp>, revoked: Option<Timestamp>, poll_seconds: u32) -> Self {
        if revoked.is_some() {
            return Self::Revoked;
        }
        let Some(seen) = last_seen else { return Self::Offline };
        let silent = now.as_second().saturating_sub(seen.as_second());
        let rhythm = i64::from(poll_seconds).min(300);
        match silent {
            s if s <= rhythm.saturating_mul(2).saturating_add(30) => Self::Online,
            s if s <= rhythm.saturating_mul(6).saturating_add(30) => Self::Late,
            _ => Self::Offline,
        }
    }
}

/// A collector.
#[derive(Debug, Clone, PartialEq)]
pub struct Collector {
    /// Its id.
    pub id: CollectorId,
    /// Whose.
    pub account: Named<AccountId>,
    /// Where.
    pub site: Named<SiteId>,
    /// What operators call it.
    pub name: String,
    /// Its program's version.
    pub version: String,
    /// How it is.
    pub state: CollectorState,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// Reports that wait in its spool.
    pub pending: i64,
    /// Reports that were set aside.
    pub dead_letters: i64,
    /// The server's clock less the collector's, ms.
    pub clock_offset_ms: Option<i64>,
    /// Its last sweep.
    pub last_sweep: Option<SweepFigures>,
    /// Devices that it reports.
    pub devices_seen: i64,
    /// What was left out of its reports within the last day, beyond a limit.
    pub left_out: Vec<Cut>,
    /// Since when it is not given its site's secrets, because nobody who may write them answers for it.
    pub secrets_withheld_at: Option<Timestamp>,
}

/// A one-time token, shown once.
#[derive(Debug)]
pub struct NewToken {
    /// Its id.
    pub id: CollectorTokenId,
    /// The token itself: `bwe_…`.
    pub token: SecretString,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// A one-time token that waits to be used, as its account lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenToken {
    /// Its id.
    pub id: CollectorTokenId,
    /// Whose collector it makes.
    pub account: Named<AccountId>,
    /// Where.
    pub site: Named<SiteId>,
    /// What the collector will be called.
    pub name: String,
    /// Who made it, and must still be allowed to when it is used.
    pub made_by: Option<Actor>,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// A one-time token that somebody presents and that has not been used, revoked or left to expire.
#[derive(Debug)]
pub struct Presented {
    /// The account that it makes a collector of.
    pub account: AccountId,
    /// Who made it: nothing comes of it unless this actor may still enroll collectors there.
    pub made_by: Actor,
    id: CollectorTokenId,
}

/// A collector that just came to be.
#[derive(Debug)]
pub struct Enrolled {
    /// What its key says.
    pub identity: Authenticated,
    /// Its key, shown once: `bwc_…`.
    pub key: SecretString,
}

/// What a collector's key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The collector.
    pub collector: CollectorId,
    /// Its account.
    pub account: AccountId,
    /// Its site.
    pub site: SiteId,
}

/// What can go wrong with collectors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectorError {
    /// No such collector (or site) in this scope.
    #[error("there is no such collector")]
    NotFound,
    /// The one-time token is none of ours, used, revoked, of a site that is gone, or its maker may not enroll collectors
    /// any more: the five are not told apart.
    #[error("the enrollment token is not valid")]
    UnknownToken,
    /// The one-time token's time is over.
    #[error("the enrollment token has expired: make a new one in the portal")]
    ExpiredToken,
    /// The key is none of ours.
    #[error("the collector's key is not valid")]
    UnknownKey,
    /// An operator revoked the collector.
    #[error("the collector was revoked")]
    Revoked,
    /// Its account, or one above, is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// There is no room for another.
    #[error(transparent)]
    Quota(#[from] bailiwick_store::QuotaExceeded),
    /// A field is not as it must be.
    #[error("{field}: {why}")]
    Invalid {
        /// The field's name.
        field: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Randomness(#[source] getrandom::Error),
    /// Its site.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Its drivers.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_follows_silence() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let ago = |s: i64| Some(Timestamp::from_second(1_000_000 - s).unwrap());
        for (seen, revoked, expected) in [
            (ago(0), None, CollectorState::Online),
            (ago(630), None, CollectorState::Online),
            (ago(631), None, CollectorState::Late),
            (ago(1_830), None, CollectorState::Late),
            (ago(1_831), None, CollectorState::Offline),
            (ago(-500), None, CollectorState::Online),
            (None, None, CollectorState::Offline),
            (ago(0), ago(0), CollectorState::Revoked),
        ] {
            assert_eq!(CollectorState::at(now, seen, revoked, 86_400), expected);
        }
        assert_eq!(CollectorState::at(now, ago(60), None, 10), CollectorState::Late);
    }
}
