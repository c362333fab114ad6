//! What a device's row repeats of its facts and meters, so that a list reads one table.
//!
//! Which ones its driver's manifest says (`[[headline]]`). Each lies in a slot of its role, so that any list sorts by it
//! in the database; the whole of it lies beside them, for lists, cards and CSV files to show.

use bailiwick_contract::{
    exchange::{Effect, Outcome},
    manifest::{Manifest, Role, Shows, Slot, TableAttribute},
    value::{Row, Scalar, Table},
};
use serde::{Deserialize, Serialize};

use crate::ingest::Meters;

/// The most rows of a table that a headline shows.
const MOST_ROWS: usize = 16;

/// What a headline shows now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadlineValue {
    /// A state's value.
    State(String),
    /// A text.
    Text(String),
    /// How many.
    Count(i64),
    /// How much.
    Level(f64),
    /// How much of each row.
    Rows(Vec<HeadlineRow>),
}

/// A row of a table, as a headline shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadlineRow {
    /// What it is called.
    pub name: Option<String>,
    /// The value of the table's column of colours.
    pub color: Option<String>,
    /// The value of the table's column of states.
    pub state: Option<String>,
    /// How much; absent where the device does not say.
    pub level: Option<f64>,
}

/// All of them, by the headline's key, in the order of the manifest.
pub type HeadlineValues = serde_json::Map<String, serde_json::Value>;

/// The slots of a device's row. `None`: the latest report did not have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Headlines {
    pub(crate) name: Option<String>,
    pub(crate) manufacturer: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) state: Option<String>,
    /// In thousandths; of a table the least.
    pub(crate) levels: [Option<i64>; 2],
    pub(crate) counts: [Option<i64>; 2],
    pub(crate) texts: [Option<String>; 2],
    /// Whether a level is low.
    pub(crate) low: bool,
    pub(crate) values: HeadlineValues,
}

impl Headlines {
    /// What a report says of them.
    pub(crate) fn of(manifest: &Manifest, outcome: &Outcome, meters: &Meters) -> Self {
        let mut all = Self::default();
        for slot in manifest.slots() {
            if let Some(value) = value(&slot, outcome, meters) {
                all.keep(&slot, &value);
            }
        }
        all
    }

    fn keep(&mut self, slot: &Slot<'_>, value: &HeadlineValue) {
        let level = match value {
            HeadlineValue::Level(level) => Some(*level),
            HeadlineValue::Rows(rows) => rows.iter().filter_map(|row| row.level).min_by(f64::total_cmp),
            HeadlineValue::State(_) | HeadlineValue::Text(_) | HeadlineValue::Count(_) => None,
        };
        if let (Some(level), Some(low)) = (level, slot.shows.low()) {
            self.low |= level <= low;
        }
        let text = match value {
            HeadlineValue::State(text) | HeadlineValue::Text(text) => Some(text.clone()),
            _ => None,
        };
        let place = match slot.headline.role {
            Role::Name => &mut self.name,
            Role::Manufacturer => &mut self.manufacturer,
            Role::Model => &mut self.model,
            Role::Serial => &mut self.serial,
            Role::State => &mut self.state,
            Role::Text => match self.texts.get_mut(slot.place) {
                Some(place) => place,
                None => return,
            },
            Role::Level => {
                if let Some(place) = self.levels.get_mut(slot.place) {
                    *place = level.map(|level| whole(level * 1_000.0));
                }
                return self.show(slot, value);
            }
            Role::Count => {
                if let (Some(place), HeadlineValue::Count(count)) = (self.counts.get_mut(slot.place), value) {
                    *place = Some(*count);
                }
                return self.show(slot, value);
            }
        };
        *place = text;
        // the first four have columns of their own
        if matches!(slot.headline.role, Role::State | Role::Text) {
            self.show(slot, value);
        }
    }

    fn show(&mut self, slot: &Slot<'_>, value: &HeadlineValue) {
        if let Ok(value) = serde_json::to_value(value) {
            self.values.insert(slot.headline.key.clone(), value);
        }
    }
}

/// What a headline shows of a report.
fn value(slot: &Slot<'_>, outcome: &Outcome, meters: &Meters) -> Option<HeadlineValue> {
    match slot.shows {
        Shows::Attribute(attribute) => {
            let scalar = outcome.effects.iter().find_map(|effect| match effect {
                Effect::Facts(facts) => facts.iter().find(|f| f.attribute == attribute.key).map(|f| &f.value),
                _ => None,
            })?;
            match slot.headline.role {
                Role::Level => number(scalar).map(HeadlineValue::Level),
                Role::Count => number(scalar).map(|n| HeadlineValue::Count(whole(n))),
                Role::State => short(scalar, 32).map(HeadlineValue::State),
                Role::Serial => short(scalar, 64).map(HeadlineValue::Text),
                Role::Name | Role::Manufacturer | Role::Model | Role::Text => {
                    short(scalar, 256).map(HeadlineValue::Text)
                }
            }
        }
        Shows::Column(table, column) => {
            let rows = outcome.effects.iter().find_map(|effect| match effect {
                Effect::Table(Table { attribute, rows, .. }) if *attribute == table.key => Some(rows),
                _ => None,
            })?;
            let rows = rows.iter().take(MOST_ROWS).map(|row| HeadlineRow {
                name: row_name(table, row),
                color: word(row, table.color.as_deref()),
                state: word(row, table.state.as_deref()),
                level: cell(row, &column.key).and_then(number),
            });
            Some(HeadlineValue::Rows(rows.collect()))
        }
        Shows::Meter(meter) => {
            let last = meters.last(&meter.key, "")?;
            Some(match slot.headline.role {
                Role::Count => HeadlineValue::Count(whole(last)),
                _ => HeadlineValue::Level(last),
            })
        }
    }
}

/// What a row calls itself, where its table has a column for that.
pub(crate) fn row_name(table: &TableAttribute, row: &Row) -> Option<String> {
    short(cell(row, table.label.as_deref()?)?, 256)
}

fn cell<'a>(row: &'a Row, column: &str) -> Option<&'a Scalar> {
    row.cells.iter().find(|cell| cell.column == column).map(|cell| &cell.value)
}

fn word(row: &Row, column: Option<&str>) -> Option<String> {
    short(cell(row, column?)?, 32)
}

/// At most so many characters; `None` for a text that says nothing.
fn short(scalar: &Scalar, most: usize) -> Option<String> {
    let (Scalar::Token(text) | Scalar::Text(text)) = scalar else { return None };
    Some(text.trim().chars().take(most).collect::<String>()).filter(|text| !text.is_empty())
}

#[expect(clippy::cast_precision_loss, reason = "levels and counts of devices are exact up to 2^53")]
fn number(scalar: &Scalar) -> Option<f64> {
    match scalar {
        Scalar::Integer(n) => Some(*n as f64),
        Scalar::Real(n) => Some(*n),
        _ => None,
    }
}

/// The nearest whole number; the ends of the range for what lies beyond them.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates and gives 0 for NaN, which is what is meant")]
pub(crate) fn whole(value: f64) -> i64 {
    value.round() as i64
}
