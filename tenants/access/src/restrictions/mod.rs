//! Restrictions: what an account denies to everybody whose grant lies above it. A customer says that its dealer
//! locates and wipes nothing there; the dealer's technicians then cannot, and the customer's own still can.
//!
//! They hold for the account and all below it. Only somebody whose own grant lies on the account sets or lifts them:
//! a dealer cannot take a customer's restriction away, and somebody who can is always there (`grants/keeping.rs`). Nor
//! does a move undo them: what was denied above a moved account is denied by itself from then on
//! (`accounts/moves/carry.rs`).

mod service;
pub(crate) mod store;

use bailiwick_store::{AccountId, Lineage};

use crate::permission::Permission;

/// A permission that is denied to those above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// What is denied.
    pub permission: Permission,
    /// By which account: this one, or one above that the caller sees.
    pub account: AccountId,
    /// Its place.
    pub lineage: Lineage,
}
