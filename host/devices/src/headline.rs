//! The platform's words for what a device list shows.
//!
//! A list reads one table, so ingest repeats a few facts on the device's row. Which ones is no knowledge of
//! any driver: they are words of the platform, and a driver that declares an attribute, table or meter under
//! one of these keys has it shown.
//!
//! | key | declared as | shown as |
//! |---|---|---|
//! | `name`, `manufacturer`, `model`, `serial` | attribute (pattern or text) | the columns of that name |
//! | `status` | attribute (enum) | status |
//! | `supplies` | table with any of `description` (or `name`), `color`, `percent`, `state` | bars |
//! | `pages` | counter without rows | page count, and the account's usage |

use bailiwick_contract::value::{Fact, Row, Scalar, Table};

use crate::devices::Supply;

/// The meter that a list shows and that an account's usage counts.
pub(crate) const PAGES: &str = "pages";
const SUPPLIES: &str = "supplies";
/// A list shows no more of them.
const MOST_SUPPLIES: usize = 16;

/// What a device's row repeats of its facts. `None`: the latest report did not have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Headline {
    pub(crate) name: Option<String>,
    pub(crate) manufacturer: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) page_count: Option<i64>,
    pub(crate) supplies: Vec<Supply>,
}

impl Headline {
    /// The lowest level, percent.
    pub(crate) fn supply_low(&self) -> Option<i16> {
        self.supplies.iter().filter_map(|supply| supply.percent).min()
    }

    /// Takes a fact over, where it is one of the words.
    pub(crate) fn fact(&mut self, fact: &Fact) {
        let (Scalar::Token(text) | Scalar::Text(text)) = &fact.value else { return };
        let text = text.trim();
        let limit = |most: usize| Some(text.chars().take(most).collect::<String>()).filter(|t| !t.is_empty());
        match fact.attribute.as_str() {
            "name" => self.name = limit(256),
            "manufacturer" => self.manufacturer = limit(256),
            "model" => self.model = limit(256),
            "serial" => self.serial = limit(64),
            // an enum's values are short words; anything else declared under this key is no status
            "status" if is_word(text) => self.status = limit(32),
            _ => {}
        }
    }

    /// Takes a table over, where it is one of the words.
    pub(crate) fn table(&mut self, table: &Table) {
        if table.attribute != SUPPLIES {
            return;
        }
        self.supplies = table
            .rows
            .iter()
            .take(MOST_SUPPLIES)
            .map(|row| {
                let percent = row.cells.iter().find(|cell| cell.column == "percent").and_then(|c| percent(&c.value));
                Supply { name: row_name(row), color: text(row, "color"), percent, state: text(row, "state") }
            })
            .collect();
    }
}

/// What a row of a table calls itself: its `description`, else its `name`.
pub(crate) fn row_name(row: &Row) -> Option<String> {
    let named = |column| text(row, column).filter(|name| !name.trim().is_empty());
    named("description").or_else(|| named("name"))
}

fn text(row: &Row, column: &str) -> Option<String> {
    match &row.cells.iter().find(|cell| cell.column == column)?.value {
        Scalar::Token(text) | Scalar::Text(text) => Some(text.chars().take(256).collect()),
        _ => None,
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn percent(value: &Scalar) -> Option<i16> {
    let number = match value {
        Scalar::Integer(n) => *n,
        Scalar::Real(n) => whole(*n),
        _ => return None,
    };
    i16::try_from(number).ok().filter(|n| (0..=100).contains(n))
}

/// The nearest whole number; the ends of the range for what lies beyond them.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates and gives 0 for NaN, which is what is meant")]
pub(crate) fn whole(value: f64) -> i64 {
    value.round() as i64
}
