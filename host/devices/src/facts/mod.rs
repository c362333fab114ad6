//! Facts: the current value of each attribute.
//!
//! A value is written when it changes, not each time it is reported. While an attribute stands in the latest
//! report its time is that report's; one that is no longer reported keeps the time when it last was.

mod service;
mod store;

use bailiwick_store::StoreError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use service::of_enrollment;

/// A current value.
#[derive(Debug, Clone, PartialEq)]
pub struct FactValue {
    /// The attribute's key in the manifest.
    pub attribute: String,
    /// Its value.
    pub value: Value,
    /// When it was last reported.
    pub observed_at: Timestamp,
    /// Since when it is this.
    pub changed_at: Timestamp,
    /// Whether the latest report still had it.
    pub current: bool,
}

/// A value as it is stored. Plain JSON: times are milliseconds since 1970; the manifest has the type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A table attribute's rows, in order.
    Table {
        /// Each with its key.
        rows: Vec<TableRow>,
    },
    /// A scalar: `true`, number or text.
    Scalar(serde_json::Value),
}

/// A row of a table attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Its key.
    pub key: String,
    /// Columns and values.
    pub cells: serde_json::Map<String, serde_json::Value>,
}

/// What can go wrong with facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactError {
    /// A stored value does not parse.
    #[error("a stored fact does not parse")]
    Damaged(#[source] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
