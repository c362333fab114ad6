//! Moving an account with all below it to another parent.
//!
//! A move is asked for, planned and done apart: the plan ([`Access::plan_move`](crate::Access::plan_move)) names what
//! moves, what stands in its way and whose access comes and goes; a job does it. It works at the nearest account above
//! both parents, in one transaction that first locks every account of the subtree. Whoever writes there meanwhile holds
//! its account or meets a foreign key, so it comes before the move or is told that the account has moved.
//!
//! What was denied to those above stays denied (`carry.rs`), or a move would be a way to undo it.
//!
//! Keys and ids stay: collectors, sessions and tokens go on. Which tables move is asked of the database's catalogue.

mod carry;
mod plan;
mod service;
pub(crate) mod store;
mod work;

use std::collections::BTreeMap;

use bailiwick_store::{AccountId, At, OperatorId, Scope, uuid_id};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::permission::Permission;

uuid_id! {
    /// A move that was asked for.
    MoveId
}

/// What stands in the way of a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Conflict {
    /// It lies there already.
    #[error("the account is there already")]
    SamePlace,
    /// The new parent is the account itself or lies below it.
    #[error("the new parent lies in the account itself")]
    Cycle,
    /// An account of its kind has no place there.
    #[error("an account of this kind cannot be below that one")]
    Kind,
    /// It would lie too deep, or what is below it.
    #[error("the tree would be too deep")]
    Depth,
    /// It, or something in it, is to be deleted.
    #[error("the account or one below it is to be deleted")]
    Deletion,
    /// It would come to deny what is denied above it now, and nobody of its own could lift that.
    #[error("the account would take over the restrictions above it, and nobody on it could lift them")]
    NobodyToLift,
    /// Grants inside use a role that an account above made, which the new place does not have.
    #[error("{grants} grants in it use the role '{name}', which is not known there")]
    RoleMadeAbove {
        /// The role's name.
        name: String,
        /// The account that made it.
        made_by: AccountId,
        /// How many grants use it.
        grants: i64,
    },
    /// A quota of the new parent, or of one above it, has no room for what it has.
    #[error("a quota of {what} there is {limit}, and there would be {would_be}")]
    Quota {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: i64,
        /// How much there would be.
        would_be: i64,
    },
}

/// An operator whose access to the account comes or goes with a move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reaching {
    /// Who.
    pub operator: OperatorId,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// By which role.
    pub role: String,
    /// Granted on which account.
    pub granted_on: AccountId,
}

/// Those whose access comes, or goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Those that the caller may see.
    pub operators: Vec<Reaching>,
    /// How many more there are.
    pub others: usize,
}

/// What a move would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The parent it leaves.
    pub from: AccountId,
    /// The parent it comes to.
    pub to: AccountId,
    /// How many accounts move: itself and all below.
    pub accounts: i64,
    /// How many rows of which table are rewritten.
    pub rows: BTreeMap<String, i64>,
    /// What stands in its way; it is done where there is nothing.
    pub conflicts: Vec<Conflict>,
    /// Who comes to reach it, by a grant above.
    pub gains: Reach,
    /// Who no longer does.
    pub loses: Reach,
    /// Accounts inside that a grant above leaves out which no longer reaches them.
    pub exclusions_lapse: Vec<AccountId>,
    /// What accounts above come to deny to those above them.
    pub restrictions_come: Vec<Permission>,
    /// What the account itself comes to deny, since it is denied above it now and whoever moves it does not decide that.
    pub restrictions_kept: Vec<Permission>,
    /// What is denied no longer.
    pub restrictions_go: Vec<Permission>,
    /// Whether it lies in a suspended branch then.
    pub suspended: bool,
}

/// A move that was asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Move {
    /// Its id.
    pub id: MoveId,
    /// The parent it leaves, where the caller sees that one.
    pub from_parent: Option<AccountId>,
    /// The parent it comes to, where the caller sees that one.
    pub to_parent: Option<AccountId>,
    /// `queued`, `done`, `refused` or `failed`.
    pub state: String,
    /// When it was asked for.
    #[sqlx(try_from = "At")]
    pub requested_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<At>,
    /// How many rows of which table; or what stood in its way.
    pub result: Option<Value>,
}

/// A move that was written down. Its job is to be added in the scope, which lies at the job's account; then
/// [`Begun::commit`].
#[derive(Debug)]
pub struct Begun {
    /// The move.
    pub id: MoveId,
    /// At the nearest account above both parents.
    pub scope: Scope,
}
