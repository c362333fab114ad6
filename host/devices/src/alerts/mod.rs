//! Alerts: raised once when a driver's condition begins to hold, cleared once when it ceases.
//!
//! A condition that comes back soon after it ceased reopens its alert rather than raising another, so a
//! device at the edge of a level makes one alert that says how often it flapped. Titles are the manifest's:
//! no text of a driver is stored.

mod service;
pub(crate) mod store;

use bailiwick_contract::manifest::Severity;
use bailiwick_store::{AccountId, DeviceId, StoreError};
use jiff::Timestamp;

use crate::{AlertId, CursorError, Named};

pub use service::{acknowledge, list};

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What device.
    pub device: Named<DeviceId>,
    /// Which model it is.
    pub model: Option<String>,
    /// Whose.
    pub account: Named<AccountId>,
    /// The driver whose manifest has the condition.
    pub driver: String,
    /// The condition's key.
    pub condition: String,
    /// The row, for a condition that is kept per row.
    pub row: Option<String>,
    /// What that row was called when the alert was raised.
    pub row_name: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Since when.
    pub raised_at: Timestamp,
    /// Until when; `None` while it is open.
    pub cleared_at: Option<Timestamp>,
    /// How often it came back shortly after it had ceased.
    pub flaps: i32,
    /// When somebody took note.
    pub acknowledged_at: Option<Timestamp>,
    /// Who, in the stable text form of an actor.
    pub acknowledged_by: Option<String>,
}

/// Which alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Open, cleared, or both.
    pub state: Option<AlertState>,
    /// This severity only.
    pub severity: Option<Severity>,
    /// Of this driver.
    pub driver: Option<String>,
    /// Of this device.
    pub device: Option<DeviceId>,
}

/// Whether the condition still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertState {
    /// It does.
    Open,
    /// It does not.
    Cleared,
}

/// What can go wrong with alerts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlertError {
    /// No such alert in this scope.
    #[error("there is no such alert")]
    NotFound,
    /// The cursor is of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
