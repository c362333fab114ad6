//! What a driver's headlines show of a device, in the caller's language: each as its manifest says.

use bailiwick_contract::manifest::{Attribute, Kind, Manifest, Role, Shows, Slot, TableAttribute, Tone, Word};
use bailiwick_devices::{
    devices::{HeadlineRow, HeadlineValue, Headlines},
    drivers::Catalogue,
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::edge::Locale;

/// What a headline is to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are those of the manifest")]
pub enum HeadlineRole {
    Name,
    Manufacturer,
    Model,
    Serial,
    State,
    Level,
    Count,
    Text,
}

/// How good or bad a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Tone)]
#[expect(missing_docs, reason = "the variants are those of the manifest")]
pub enum ToneView {
    Good,
    Neutral,
    Warning,
    Bad,
}

impl From<Role> for HeadlineRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Name => Self::Name,
            Role::Manufacturer => Self::Manufacturer,
            Role::Model => Self::Model,
            Role::Serial => Self::Serial,
            Role::State => Self::State,
            Role::Level => Self::Level,
            Role::Count => Self::Count,
            Role::Text => Self::Text,
        }
    }
}

impl From<Tone> for ToneView {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Good => Self::Good,
            Tone::Neutral => Self::Neutral,
            Tone::Warning => Self::Warning,
            Tone::Bad => Self::Bad,
        }
    }
}

/// How much of a row is left or reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeadlineRow)]
pub struct RowView {
    /// What it is called.
    name: Option<String>,
    /// Its colour, `#rrggbb`.
    color: Option<String>,
    /// How much; null where the device does not say.
    #[serde(serialize_with = "plainly")]
    level: Option<f64>,
    /// How it is, in a word.
    label: Option<String>,
    tone: Option<ToneView>,
    /// Whether it is low.
    low: bool,
}

/// What a headline shows of a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Headline)]
pub struct HeadlineView {
    /// Its key in the driver's manifest.
    key: String,
    role: HeadlineRole,
    /// What its column is called.
    title: String,
    unit: Option<String>,
    /// A level or count; of rows the least level.
    #[serde(serialize_with = "plainly")]
    value: Option<f64>,
    /// A text, a state's word, or the word that stands for a number.
    label: Option<String>,
    tone: Option<ToneView>,
    /// Whether a level is low.
    low: bool,
    /// The attribute whose rows these are, for a column of a table.
    table: Option<String>,
    /// The rows of a table.
    rows: Option<Vec<RowView>>,
}

/// All that the manifest of the component that reported them declares, in its order.
pub(super) fn views(headlines: &Headlines, drivers: &Catalogue, locale: Locale) -> Vec<HeadlineView> {
    let Some(driver) = headlines.by.as_deref().and_then(|digest| drivers.by_digest(digest)) else { return Vec::new() };
    let view = |slot: Slot<'_>| Some(view(&slot, headlines.values.get(&slot.headline.key)?, locale));
    driver.manifest.slots().filter_map(view).collect()
}

fn view(slot: &Slot<'_>, value: &HeadlineValue, locale: Locale) -> HeadlineView {
    let mut view = HeadlineView {
        key: slot.headline.key.clone(),
        role: slot.headline.role.into(),
        title: slot.title().locale(locale.0).to_owned(),
        unit: slot.shows.unit().map(|unit| unit.locale(locale.0).to_owned()),
        value: None,
        label: None,
        tone: None,
        low: false,
        table: match slot.shows {
            Shows::Column(table, _) => Some(table.key.clone()),
            Shows::Attribute(_) | Shows::Meter(_) => None,
        },
        rows: None,
    };
    let low = slot.shows.low();
    let attribute = match slot.shows {
        Shows::Attribute(attribute) | Shows::Column(_, attribute) => Some(attribute),
        Shows::Meter(_) => None,
    };
    match value {
        HeadlineValue::State(text) | HeadlineValue::Text(text) => {
            let word = attribute.and_then(|attribute| word(attribute, text));
            view.tone = word.and_then(|word| word.tone).map(ToneView::from);
            view.label = Some(word.map_or_else(|| text.clone(), |word| word.title.locale(locale.0).to_owned()));
        }
        HeadlineValue::Count(count) => {
            view.number(attribute, count_as_number(*count), locale);
        }
        HeadlineValue::Level(level) => {
            view.number(attribute, *level, locale);
            view.low = is_low(*level, low);
        }
        HeadlineValue::Rows(rows) => {
            view.value = rows.iter().filter_map(|row| row.level).min_by(f64::total_cmp);
            view.low = rows.iter().filter_map(|row| row.level).any(|level| is_low(level, low));
            let table = match slot.shows {
                Shows::Column(table, _) => Some(table),
                Shows::Attribute(_) | Shows::Meter(_) => None,
            };
            view.rows = Some(rows.iter().map(|r| row(r, table, low, locale)).collect());
        }
    }
    view
}

impl HeadlineView {
    fn number(&mut self, attribute: Option<&Attribute>, number: f64, locale: Locale) {
        let named = attribute.and_then(|a| a.named.iter().find(|named| count_as_number(named.value) == number));
        match named {
            Some(named) => {
                self.label = Some(named.title.locale(locale.0).to_owned());
                self.tone = named.tone.map(ToneView::from);
            }
            None => self.value = Some(number),
        }
    }
}

fn row(row: &HeadlineRow, table: Option<&TableAttribute>, low: Option<f64>, locale: Locale) -> RowView {
    let of = |column: Option<&String>, value: &Option<String>| -> Option<Word> {
        let column = table?.columns.iter().find(|c| Some(&c.key) == column)?;
        word(column, value.as_deref()?).cloned()
    };
    let state = of(table.and_then(|t| t.state.as_ref()), &row.state);
    let color = of(table.and_then(|t| t.color.as_ref()), &row.color);
    RowView {
        // a row without a name of its own is called by its colour
        name: row.name.clone().or_else(|| color.as_ref().map(|word| word.title.locale(locale.0).to_owned())),
        color: color.and_then(|word| word.color).map(|color| color.as_str().to_owned()),
        level: row.level,
        label: state.as_ref().map(|word| word.title.locale(locale.0).to_owned()),
        tone: state.and_then(|word| word.tone).map(ToneView::from),
        low: row.level.is_some_and(|level| is_low(level, low)),
    }
}

fn word<'a>(attribute: &'a Attribute, value: &str) -> Option<&'a Word> {
    match &attribute.kind {
        Kind::Enum { values } => values.get(value),
        _ => None,
    }
}

fn is_low(level: f64, low: Option<f64>) -> bool {
    low.is_some_and(|low| level <= low)
}

#[expect(clippy::cast_precision_loss, reason = "counts of devices are exact up to 2^53")]
fn count_as_number(count: i64) -> f64 {
    count as f64
}

/// A whole number without a decimal point, so that files for spreadsheets say `100`.
#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
#[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
fn plainly<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number {
        Some(n) if n.fract() == 0.0 && n.abs() <= EXACT => to.serialize_some(&(*n as i64)),
        other => other.serialize(to),
    }
}

/// The columns of a CSV file for a driver's headlines: what they are called, and where they stand in a row.
pub(super) fn columns(manifest: &Manifest, prefix: &str) -> Vec<(String, String)> {
    let shown = manifest
        .slots()
        .filter(|slot| matches!(slot.headline.role, Role::State | Role::Level | Role::Count | Role::Text));
    let mut columns = Vec::new();
    for slot in shown {
        let key = &slot.headline.key;
        let field = match slot.headline.role {
            Role::Level | Role::Count => "value",
            _ => "label",
        };
        columns.push((format!("{prefix}{key}"), format!("headlines.{key}.{field}")));
        if matches!(slot.shows, Shows::Column(..)) {
            columns.push((format!("{prefix}{key}.rows"), format!("headlines.{key}.rows")));
        }
    }
    columns
}
