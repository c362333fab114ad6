//! An account's subtree in figures.

mod service;
mod store;

pub use service::summary;

/// The figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Devices that are not retired.
    pub devices: i64,
    /// Of them, those heard in time.
    pub online: i64,
    /// Open alerts, by severity.
    pub alerts: AlertCounts,
    /// Collectors.
    pub collectors: CollectorCounts,
    /// What the meter `pages` rose by within 30 days.
    pub pages_30d: i64,
    /// Devices with a supply at 10 % or less.
    pub supplies_low: i64,
}

/// Open alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the fields are severities")]
pub struct AlertCounts {
    pub critical: i64,
    pub warning: i64,
    pub info: i64,
}

/// Collectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the fields are states")]
pub struct CollectorCounts {
    pub online: i64,
    pub late: i64,
    pub offline: i64,
}
