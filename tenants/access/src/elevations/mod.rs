//! Elevation: the platform's operators have no standing sight of what dealers and customers have. Whoever runs the
//! platform may ask for sight of one account: for at most an hour, with a second factor and a reason, told in that
//! account's own audit. It looks only, and at that account alone; those below are asked for one by one, so that each
//! customer reads in its own audit who looked.

mod service;
pub(crate) mod store;

use bailiwick_store::{OperatorId, uuid_id};
use jiff::Timestamp;

use crate::factors::Evidence;
use crate::grants::Member;

uuid_id! {
    /// One elevation.
    ElevationId
}

/// The longest elevation, in minutes.
pub const MOST_MINUTES: u16 = 60;

/// What is asked for.
#[derive(Debug)]
pub struct NewElevation {
    /// Why: 1 to 500 characters.
    pub reason: String,
    /// For how long, of at most [`MOST_MINUTES`].
    pub minutes: u16,
    /// The second factor.
    pub evidence: Evidence,
}

/// One elevation, as the account's auditors see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elevation {
    /// Its id.
    pub id: ElevationId,
    /// Who looked.
    pub operator: OperatorId,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// Why.
    pub reason: String,
    /// From then.
    pub began_at: Timestamp,
    /// Until then at the latest.
    pub expires_at: Timestamp,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
}

/// Somebody who may ask for elevations.
#[derive(Debug, Clone)]
pub struct Elevator {
    /// Who, and by which role on the root.
    pub member: Member,
    /// Whether it has the second factor that it takes.
    pub second_factor: bool,
}
