//! Grants: a role of an operator on an account and all below it, less the branches that it leaves out.

mod keeping;
mod service;
pub(crate) mod store;

use bailiwick_store::{AccountId, OperatorId, uuid_id};
use jiff::Timestamp;

use crate::role::{KnownRole, RoleRef};

uuid_id! {
    /// One grant.
    GrantId
}

/// What a grant gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The role.
    pub role: RoleRef,
    /// Accounts below whose branches it leaves out; at most [`Given::MOST_EXCLUDED`].
    pub excluded: Vec<AccountId>,
}

impl Given {
    /// The most branches that a grant leaves out.
    pub const MOST_EXCLUDED: usize = 100;
}

impl<R: Into<RoleRef>> From<R> for Given {
    fn from(role: R) -> Self {
        Self { role: role.into(), excluded: Vec::new() }
    }
}

/// Someone who has access to an account, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub operator: OperatorId,
    /// Its e-mail address as written.
    pub email: String,
    /// Its name.
    pub name: String,
    /// The role granted.
    pub role: KnownRole,
    /// The branches left out, as far as they still exist.
    pub excluded: Vec<(AccountId, String)>,
    /// The grant.
    pub grant: GrantId,
    /// The account above on which it was granted; `None` where on this very account.
    pub inherited_from: Option<(AccountId, String)>,
    /// When it last called.
    pub last_seen_at: Option<Timestamp>,
}
