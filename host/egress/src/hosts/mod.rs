//! The allow-list of accounts: hosts that may be reached for an account and all below it. What an account above named
//! holds for those below, and nothing that a sibling named does.

mod service;
mod store;

use bailiwick_store::{AccountId, StoreError, uuid_id};
use jiff::Timestamp;

use crate::allowed::Destination;

pub use service::{add, all, allowed, list, remove};

uuid_id! {
    /// One entry of an allow-list.
    HostId
}

/// A host that may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    /// Its id.
    pub id: HostId,
    /// What, and what for.
    pub destination: Destination,
    /// The account that named it.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What can go wrong with an allow-list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There is no such entry here.
    #[error("there is no such entry here")]
    NotFound,
    /// It stands there already.
    #[error("this host is on the list already")]
    Exists,
    /// Accounts do not open this purpose.
    #[error("only the platform's settings name hosts for this purpose")]
    PlatformOnly,
    /// An address that would be refused whenever it is called.
    #[error("this address may not be reached by anybody")]
    Forbidden,
    /// The audit could not be written; so nothing was done.
    #[error(transparent)]
    Audit(#[from] bailiwick_audit::AuditError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
