//! Grants: a role of an operator on an account and all below it.

mod service;
pub(crate) mod store;

use bailiwick_store::{AccountId, OperatorId, uuid_id};
use jiff::Timestamp;

use crate::permission::Role;

uuid_id! {
    /// One grant.
    GrantId
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
    pub role: Role,
    /// The grant.
    pub grant: GrantId,
    /// The account above on which it was granted; `None` where on this very account.
    pub inherited_from: Option<(AccountId, String)>,
    /// When it last called.
    pub last_seen_at: Option<Timestamp>,
}
