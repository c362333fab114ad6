//! An account's subtree in figures.

mod service;
mod store;

use std::collections::BTreeMap;

pub use service::summary;

/// The figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Devices that are not retired.
    pub devices: i64,
    /// Of them, those heard in time.
    pub online: i64,
    /// Open alerts, by severity.
    pub alerts: AlertCounts,
    /// Collectors.
    pub collectors: CollectorCounts,
    /// By driver, in the order of their names.
    pub drivers: Vec<DriverFigures>,
}

/// The devices of one driver.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriverFigures {
    /// The driver that made them known.
    pub driver: String,
    /// Those that are not retired.
    pub devices: i64,
    /// Of them, those heard in time.
    pub online: i64,
    /// Of them, those of which a level is low.
    pub low: i64,
    /// What each billed counter rose by within 30 days, by meter.
    pub rose: BTreeMap<String, f64>,
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
