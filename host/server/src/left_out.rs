//! What was left out of reports beyond a limit, in JSON.

use bailiwick_devices::ingest::Cut;
use serde::Serialize;
use utoipa::ToSchema;

/// What was left out of a report or of a collector's reports, beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Readings.
    Readings,
    /// Rows of tables.
    Rows,
    /// Alerts.
    Alerts,
    /// Meters of which the latest value is no longer known.
    Meters,
    /// New devices.
    Devices,
}

impl From<Cut> for LeftOut {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Readings => Self::Readings,
            Cut::Rows => Self::Rows,
            Cut::Alerts => Self::Alerts,
            Cut::Meters => Self::Meters,
            Cut::Devices => Self::Devices,
        }
    }
}
