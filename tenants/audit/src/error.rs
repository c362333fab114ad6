//! What can go wrong with the audit.

use std::path::PathBuf;

use bailiwick_store::StoreError;

/// An error of the audit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no randomness for a salt or a key.
    #[error("the system gives no randomness")]
    Randomness(#[source] getrandom::Error),
    /// The key file cannot be read or made.
    #[error("the audit key {path} cannot be read or made")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Others may read the key file.
    #[error(
        "the audit key {path} can be read by others (mode {mode:o}): make it 0600, and make a new key if others may have read it"
    )]
    OpenKeyFile {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error("{path} does not hold an audit key (64 hexadecimal digits)")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// An entry cannot be written as JSON.
    #[error("an audit entry cannot be written as JSON")]
    Json(#[source] serde_json::Error),
    /// A page cursor that was not given out here.
    #[error("this is not a cursor of the audit list")]
    Cursor,
    /// No such entry in this account, or it is erased already.
    #[error("there is no such audit entry, or it is erased already")]
    NoEntry,
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
