//! Looking as somebody else does, for support: short, with a reason, looking only, both identities in the audit.
//!
//! What is seen is what both of them may see within one account's subtree, so that nobody sees more by it than by
//! himself, and no more than whoever looks may view there: an account that denies it to those above is cut out wherever
//! the view begins. The accounts whose grants it looks through are told when it begins and ends. It is looked up anew at
//! each call, and ends by its time, by hand, with the session, and as soon as either of them loses what it rests on.

mod service;
mod sight;
mod store;

use bailiwick_store::{AccountId, OperatorId};
use jiff::Timestamp;

use crate::sessions::SessionId;

/// The longest view, in minutes.
pub const MOST_MINUTES: u16 = 30;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewView {
    /// As whom to look.
    pub operator: OperatorId,
    /// Why: 1 to 500 characters.
    pub reason: String,
    /// For how long, of at most [`MOST_MINUTES`].
    pub minutes: u16,
}

/// What a session keeps of a view.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) session: SessionId,
    pub(crate) whom: OperatorId,
    pub(crate) at: AccountId,
    /// The other accounts whose grants are looked through.
    pub(crate) through: Vec<AccountId>,
    pub(crate) until: Timestamp,
}
