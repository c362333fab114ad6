//! Readings: meters over time.

mod service;
mod store;

use bailiwick_store::StoreError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::devices::DeviceError;

pub(crate) use service::latest;
pub use service::series;

/// Points of one meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRequest {
    /// Whose meter; the driver that made the device known where absent.
    pub driver: Option<String>,
    /// The meter's key.
    pub meter: String,
    /// The row, for a meter that is kept per row.
    pub row: Option<String>,
    /// From here on.
    pub from: Timestamp,
    /// Up to, not included.
    pub to: Timestamp,
    /// Seconds of a bucket, of which the last point is given; at least 1. `None`: so that there are at most
    /// [`SeriesRequest::POINTS`].
    pub step: Option<u32>,
}

impl SeriesRequest {
    /// The most points that an answer aims at.
    pub const POINTS: u32 = 500;
}

/// A meter over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// In order of time.
    pub points: Vec<SeriesPoint>,
    /// What the meter rose by in that time, from point to point of all that were kept: a fall (the device was reset or
    /// replaced) counts nothing.
    pub rose: f64,
}

/// A point: unix milliseconds and value.
pub type SeriesPoint = (i64, f64);

/// The latest point of a meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Latest {
    /// The meter's key.
    pub meter: String,
    /// The row, for a meter that is kept per row.
    pub row: Option<String>,
    /// When, unix ms.
    pub at: i64,
    /// The value.
    pub value: f64,
}

/// What can go wrong with readings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadingError {
    /// The time range is empty or longer than ten years.
    #[error("the time range is empty or longer than ten years")]
    Range,
    /// The device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
