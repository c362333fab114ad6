//! What a driver's data is: attributes, tables, meters, conditions and their types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NamedNumber, Pattern, Title, Unit, Word};
use crate::policy::Category;

/// The type of a scalar attribute or column, with its bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A whole number within bounds, both included.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A finite number within bounds, both included.
    Real {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
    },
    /// One of these.
    Enum {
        /// `[a-z][a-z0-9_]{0,31}` each, with what operators read.
        values: BTreeMap<String, Word>,
    },
    /// Numbers and dots, letters for a build: `[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}`.
    Version,
    /// A point in time.
    Time,
    /// At most 64 characters that match.
    Pattern {
        /// What they match as a whole; it has few free letters ([`Pattern::most_free_letters`]).
        pattern: Pattern,
    },
    /// At most `max` characters of free text; needs consent by name.
    Text {
        /// At most 1,024.
        max: u16,
    },
}

impl Kind {
    /// Whether it is free text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// A scalar attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// Its type with bounds.
    #[serde(flatten)]
    pub kind: Kind,
    /// `percent`, `ms`, `{ en = "sheets", … }`; absent for what has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it says about a person.
    pub category: Category,
    /// What operators read.
    pub title: Title,
    /// At or below this a number is low, and shown so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Numbers that are words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<NamedNumber>,
}

/// A table attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableAttribute {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// What operators read.
    pub title: Title,
    /// What tells its rows from one another.
    pub row_key: RowKey,
    /// The column that a row is called by: in alerts, bars and lists of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column whose values name a row's colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The column that says in a word how a row is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its columns; each with its own category.
    #[serde(rename = "column")]
    pub columns: Vec<Attribute>,
}

/// What a table's row keys can be. A key is kept with its row, with its row's readings and with its row's alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowKey {
    /// What each key matches: at most 155 characters, none of them a space. It has few free letters unless it is `text`.
    pub pattern: Pattern,
    /// What a key says about a person. The table is kept only where this may be collected.
    pub category: Category,
    /// Whether keys are free text. The table then needs consent by name, as `table.row_key`.
    #[serde(default)]
    pub text: bool,
}

impl RowKey {
    /// The most characters of a row key: as many as the identifier of an application on a phone has.
    pub const MAX: usize = 155;
    /// The name under which consent is asked to keys that are free text, and rows that do not fit are counted.
    pub const NAME: &str = "row_key";

    /// Whether a row may have this key.
    #[must_use]
    pub fn admits(&self, key: &str) -> bool {
        key.len() <= Self::MAX && self.pattern.matches(key)
    }
}

/// How a meter behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterKind {
    /// Only rises, but for a replaced part or a reset.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// A number kept as a time series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// How it behaves.
    pub kind: MeterKind,
    /// `pages`, `percent`, …
    pub unit: Unit,
    /// What it says about a person.
    pub category: Category,
    /// What operators read.
    pub title: Title,
    /// The table whose rows it is kept for, where it is.
    #[serde(default)]
    pub table: Option<String>,
    /// The greatest value it can have; [`Meter::MOST`] where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The most that a counter can rise by in a day. A counter that claims more was misread, or replaced by one that
    /// stands higher: the reading is kept as it is, and counts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_day: Option<f64>,
    /// Whether dealers bill by it: what a counter without rows rose by is summed up by account and day.
    #[serde(default)]
    pub billed: bool,
}

impl Meter {
    /// No meter goes beyond this: a whole number up to it is exact, and sums of many stay finite.
    pub const MOST: f64 = 1e15;

    /// Whether it can have this value: at most its `max`, and no counter is below zero.
    #[must_use]
    pub fn admits(&self, value: f64) -> bool {
        let least = match self.kind {
            MeterKind::Counter => 0.0,
            MeterKind::Gauge => -Self::MOST,
        };
        (least..=self.max.unwrap_or(Self::MOST)).contains(&value)
    }
}

/// How bad a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Will need somebody.
    Warning,
    /// The device does not do its work.
    Critical,
}

/// A level that raises an alert while it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionKind {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it says about a person.
    pub category: Category,
    /// The alert's text.
    pub title: Title,
    /// The table whose rows it is kept for, where it is.
    #[serde(default)]
    pub table: Option<String>,
}
