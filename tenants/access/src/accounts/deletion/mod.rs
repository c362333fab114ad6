//! Deleting an account with all below it: asked for, suspended at once, and erased once a time of grace is over.
//!
//! What is erased is every row of every table that the database's catalogue says belongs to an account of the subtree,
//! what audit entries tell (their seals stay whole), and operators whose last grant it was, with their sessions and
//! credentials. What is left is the account's id, key and place, so that none of them is ever used again.

mod erasure;
mod service;
mod store;

use bailiwick_store::{AccountId, At};
use jiff::Timestamp;

/// An account that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Deletion {
    /// When it was asked for.
    #[sqlx(try_from = "At")]
    pub requested_at: Timestamp,
    /// When it is erased; until then it can be cancelled.
    #[sqlx(try_from = "At")]
    pub erase_at: Timestamp,
}

/// What one run of the erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Accounts whose files are to be removed as well.
    pub accounts: Vec<AccountId>,
    /// Deletions that are through.
    pub ended: u64,
}
