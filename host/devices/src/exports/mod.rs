//! All that is kept of an account and of those below it, as a file: one gzipped tar of a JSON lines file a table.
//!
//! Which tables and columns there are is asked of the database's catalogue. What proves or seals something is left out:
//! every column of bytes (hashes, sealed credentials, a driver's state), every one that is named for a secret, and the
//! tables of calls and jobs, which tell nothing of the account. A file is made by a job, fetched whole once, and
//! removed a day later in any case. It lies in the folder of the process that made it. What tells which accounts lie above is left out
//! too (`above.rs`).

mod above;
mod service;
mod store;
mod work;

use std::path::{Path, PathBuf};

use bailiwick_store::{AccountId, At, StoreError, uuid_id};
use jiff::{SignedDuration, Timestamp};

pub use service::{begin, check, fetched, list, request};
pub use work::{EXPIRY, Expiring, Exporting};

uuid_id! {
    /// An export.
    ExportId
}

/// How long a file can be fetched.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// `queued`, `ready`, `fetched`, `expired` or `failed`.
    pub state: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[sqlx(try_from = "At")]
    pub requested_at: Timestamp,
    /// Until when it can be fetched.
    pub expires_at: Option<At>,
    /// How large the file is.
    pub bytes: Option<i64>,
    /// How many rows it holds.
    pub rows: Option<i64>,
}

/// What can go wrong with exports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No such export, or it was fetched, or its time is over: they are not told apart.
    #[error("there is no such export to fetch")]
    NotFound,
    /// One waits already.
    #[error("an export is being made already")]
    Waits,
    /// The queue.
    #[error(transparent)]
    Job(#[from] crate::jobs::JobError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where an export's file lies: each account has a folder of its own, that goes with it.
#[must_use]
pub fn path(folder: &Path, account: AccountId, export: ExportId) -> PathBuf {
    folder.join(account.to_string()).join(format!("{export}.tar.gz"))
}
