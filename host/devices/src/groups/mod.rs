//! Groups: devices of one account that belong together, as its operators say. A device may be in several, or in none.
//!
//! A group is its account's own: only devices of that very account are put into it, and it goes with the account when that
//! moves. What leaves a group, or a group that is deleted, leaves the devices as they are.

mod service;
mod store;

use bailiwick_store::{AccountId, StoreError, uuid_id};
use bailiwick_text::LineError;
use jiff::Timestamp;

use crate::Named;

pub use service::{add, create, delete, get, list, remove, rename};
pub(crate) use store::of_device;

uuid_id! {
    /// A group of devices.
    GroupId
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Whose.
    pub account: Named<AccountId>,
    /// What operators call it.
    pub name: String,
    /// How many devices are in it, without those that are retired.
    pub devices: i64,
    /// Since when.
    pub created_at: Timestamp,
}

/// What can go wrong with groups.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// No such group in this scope, or no such device in the group's account.
    #[error("there is no such group or device")]
    NotFound,
    /// The name breaks the rule of names.
    #[error("the name {0}")]
    Name(#[from] LineError),
    /// Another group of the account is called so, whatever the case.
    #[error("another group of this account has this name")]
    NameTaken,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
