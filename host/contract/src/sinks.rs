//! Every column that a driver can write, and what it may hold at most.
//!
//! `sinks.toml` is a closed list: a test of the database's catalogue fails on any column of a table
//! that drivers write to which does not stand there, so a new place where a driver's data could
//! settle is a reviewed change of this crate.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinkType {
    /// A key that the manifest declares, or a row key that matches the pattern its table declares.
    Key,
    /// A checked scalar as JSON.
    Scalar,
    /// A finite number.
    Number,
    /// A point in time.
    Time,
    /// One of a closed set that the platform defines.
    Enum,
    /// An identity value that matches its pattern.
    Identity,
    /// Sealed bytes.
    Sealed,
    /// Effects that wait to be judged or applied.
    Effects,
}

/// Where a column's privacy category comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CategorySource {
    /// From the attribute, column, meter, condition, identity kind or state key that is written.
    Manifest,
    /// It says nothing about a person.
    None,
}

/// A column that a driver can write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: SinkType,
    /// Where its category comes from.
    pub category: CategorySource,
    /// Most bytes of one value.
    pub max_bytes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "sink")]
    sinks: Vec<Sink>,
}

/// `sinks.toml`, sorted by table and column.
///
/// # Errors
/// Never in a released build: a test parses the file that is compiled in.
pub fn sinks() -> Result<Vec<Sink>, toml::de::Error> {
    let mut file: File = toml::from_str(include_str!("../sinks.toml"))?;
    file.sinks.sort_by(|a, b| (&a.table, &a.column).cmp(&(&b.table, &b.column)));
    Ok(file.sinks)
}
