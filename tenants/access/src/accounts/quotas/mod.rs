//! Quotas: what an account and all below it may have, set by somebody above.
//!
//! Each holds over its whole subtree, so one of a dealer limits all its customers together. What is there already stays;
//! nothing is added beyond. Where things are added, [`bailiwick_store::Store::room`] is asked.

mod service;
mod store;

use bailiwick_store::{AccountId, Capped, Metered};

/// Limits of an account's subtree; none where it is not limited by this account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Limits {
    /// Devices that are not retired.
    pub devices: Option<i32>,
    /// Collectors that are not revoked.
    pub collectors: Option<i32>,
    /// Operators that hold a grant, each once.
    pub operators: Option<i32>,
}

/// A limit above an account that binds it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// Of which account.
    pub account: AccountId,
    /// Of what.
    pub what: Metered,
    /// The limit.
    pub limit: i64,
    /// How much that account's subtree has.
    pub used: i64,
}

/// What an account may have and has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    /// Its own limits.
    pub own: Limits,
    /// What its subtree has: devices, collectors, operators.
    pub used: [i64; 3],
    /// The limits of accounts above that the caller sees.
    pub inherited: Vec<Inherited>,
    /// How many this very account has of each thing of which there are only so many.
    pub caps: Vec<(Capped, i64)>,
}
