//! API tokens: a role or some permissions on one account and all below it, for programs. Stored as SHA-256, shown once,
//! expiring, revocable.
//!
//! A token is never worth more than who made it: what it permits is looked at anew at each authentication, against the
//! grants that its maker holds then, and it counts as theirs. So a dealer's token on a customer's account is bound by what
//! the customer denies its dealer, and is worth nothing once the account is another dealer's. A token that a token made
//! ends no later, and with it.

mod own;
mod service;
pub(crate) mod store;

use bailiwick_store::{AccountId, At, OperatorId, TokenId};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::permission::Permissions;
use crate::role::Role;

/// A token ends after so long at the latest, where nothing else is set: one that nobody thinks of any more is not good for
/// ever.
pub const LONGEST_LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Which tokens a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that were not revoked.
    Standing,
    /// All of them.
    All,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permits {
    /// What a built-in role permits.
    Role(Role),
    /// This and nothing else.
    Permissions(Permissions),
}

impl Permits {
    /// The permissions.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        match self {
            Self::Role(role) => role.permissions(),
            Self::Permissions(permissions) => permissions,
        }
    }

    /// The role, where it is one.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role),
            Self::Permissions(_) => None,
        }
    }
}

impl From<Role> for Permits {
    fn from(role: Role) -> Self {
        Self::Role(role)
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for, 1 to 200 characters.
    pub name: String,
    /// What it may do.
    pub permits: Permits,
    /// When it ends; after the longest time that tokens have where left out.
    pub expires_at: Option<Timestamp>,
}

/// A token that was made.
#[derive(Debug)]
pub struct Issued {
    /// The token as it will be listed.
    pub token: Token,
    /// The secret; shown this once.
    pub secret: SecretString,
}

/// A token as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub permits: Permits,
    /// Who made it; `None` where the platform did.
    pub created_by: Option<OperatorId>,
    /// The token by which it was made.
    pub made_with: Option<TokenId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never for one that was made when tokens could be so.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A token that an operator made, with where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnToken {
    /// The token.
    pub token: Token,
    /// Its account.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
}

impl From<store::Row> for Token {
    fn from(row: store::Row) -> Self {
        let time = |at: Option<At>| at.map(|at| at.0);
        Self {
            id: row.id,
            permits: row.permits(),
            name: row.name,
            created_by: row.created_by,
            made_with: row.made_with,
            created_at: row.created_at.0,
            expires_at: time(row.expires_at),
            last_used_at: time(row.last_used_at),
            revoked_at: time(row.revoked_at),
        }
    }
}
