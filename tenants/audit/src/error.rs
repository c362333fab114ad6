//! What can go wrong with the audit.

use bailiwick_store::{CursorError, StoreError};

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
    /// An entry cannot be written as JSON.
    #[error("an audit entry cannot be written as JSON")]
    Json(#[source] serde_json::Error),
    /// A page cursor that was not given out here.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// No such entry in this account, or it is erased already.
    #[error("there is no such audit entry, or it is erased already")]
    NoEntry,
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
