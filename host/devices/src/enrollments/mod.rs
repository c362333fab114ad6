//! Enrollments: a device's standing relation to its account through one driver.

mod service;
mod store;

use bailiwick_store::{AccountId, CollectorId, DeviceId, EnrollmentId, StoreError};
use jiff::Timestamp;

use crate::{CursorError, SiteId, ingest::Cut};

pub use service::{list, of_device};

/// An enrollment.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrollment {
    /// Its id.
    pub id: EnrollmentId,
    /// The device.
    pub device: DeviceId,
    /// Whose.
    pub account: AccountId,
    /// The driver's name.
    pub driver: String,
    /// SHA-256 of the component that last reported.
    pub digest: String,
    /// Whether it stands.
    pub state: EnrollmentState,
    /// Where it was last seen.
    pub site: Option<SiteId>,
    /// Who last reported it.
    pub collector: Option<CollectorId>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last reported.
    pub reported_at: Option<Timestamp>,
    /// What was left out of the latest report, beyond a limit.
    pub partial: Vec<Cut>,
}

/// Whether an enrollment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentState {
    /// Reports apply.
    Active,
    /// The device was retired.
    Retired,
}

/// What can go wrong with enrollments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrollmentError {
    /// The cursor is of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
