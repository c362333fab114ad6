//! The privacy statement as callers see it: [`bailiwick_contract::statement`], in their language.

use bailiwick_contract::{
    consent::Shape,
    statement::{Fate, Item, Statement, Why},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Locale;

/// What a driver may collect, and what it never does: generated from what the host enforces.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementView {
    /// All that the driver declares to keep.
    items: Vec<StatementItem>,
    /// All that it asks of the world; the host refuses to ask anything else.
    asks: Vec<StatementAsk>,
    /// Categories of which it declares nothing.
    never: Vec<StatementNever>,
}

/// One thing that a driver may have kept.
#[derive(Debug, Serialize, ToSchema)]
struct StatementItem {
    /// Its name in grants: `model`, `ports.speed`, `meter:energy`, `condition:fault`, `identity:serial`, `state:cursor`.
    name: String,
    /// What operators read.
    title: String,
    /// What it says about a person.
    category: &'static str,
    /// Its type.
    r#type: ItemType,
    /// Whether it is free text, which is granted by name only.
    text: bool,
    /// What its numbers count.
    unit: Option<String>,
    /// What bounds its values.
    bounds: Bounds,
    /// Whether the driver is of no use without it, as its author says.
    basic: bool,
    /// What becomes of it on devices of the company.
    company: ItemFate,
    /// What becomes of it on devices that are their user's own.
    personal: ItemFate,
}

/// The type of a kept value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ItemType {
    Flag,
    Integer,
    Real,
    Enum,
    Version,
    Time,
    Pattern,
    Text,
    RowKey,
    Meter,
    Condition,
    Identity,
    State,
}

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ItemFate {
    Collected,
    NotAsked,
    NotGranted,
    DeniedByPolicy,
}

/// What bounds a value; only what its type has.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ItemBounds)]
struct Bounds {
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    /// The only values that it can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    /// The expression that it matches as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    /// The most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u16>,
    /// The most bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes: Option<u32>,
    /// Days until it is forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_days: Option<u16>,
    /// The table whose rows it is kept for.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
}

/// A thing that a driver asks.
#[derive(Debug, Serialize, ToSchema)]
struct StatementAsk {
    /// `snmp`, `http`, `objects`, `next_command`, `members`, `people` or `state`.
    kind: String,
    /// OID prefix, host or kind of object, where it names one.
    what: Option<String>,
    /// Whether it is granted.
    granted: bool,
}

/// A category of which nothing is kept.
#[derive(Debug, Serialize, ToSchema)]
struct StatementNever {
    category: &'static str,
    why: NeverWhy,
}

/// Why a category never occurs: the device's protocol does not carry it, as the driver's author says, or the driver
/// declares nothing of it, so the host refuses to keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NeverWhy {
    Protocol,
    Undeclared,
}

impl StatementView {
    /// In the caller's language.
    #[must_use]
    pub fn new(statement: Statement, locale: Locale) -> Self {
        let asks = statement.asks.into_iter().map(|asked| StatementAsk {
            kind: asked.kind,
            what: asked.what,
            granted: asked.granted,
        });
        let never = statement.never.iter().map(|never| StatementNever {
            category: never.category.name(),
            why: match never.why {
                Why::Protocol => NeverWhy::Protocol,
                Why::Undeclared => NeverWhy::Undeclared,
            },
        });
        Self {
            items: statement.items.into_iter().map(|item| view(item, locale)).collect(),
            asks: asks.collect(),
            never: never.collect(),
        }
    }
}

fn view(item: Item, locale: Locale) -> StatementItem {
    let text = matches!(item.shape, Shape::Text { .. } | Shape::RowKey { text: true, .. });
    let (r#type, bounds) = typed(item.shape);
    StatementItem {
        title: item.title.map_or(item.key, |title| title.locale(locale.0).to_owned()),
        name: item.name,
        category: item.category.name(),
        r#type,
        text,
        unit: item.unit.map(|unit| unit.locale(locale.0).to_owned()),
        bounds,
        basic: item.basic,
        company: fate(item.company),
        personal: fate(item.personal),
    }
}

fn fate(fate: Fate) -> ItemFate {
    match fate {
        Fate::Collected => ItemFate::Collected,
        Fate::NotAsked => ItemFate::NotAsked,
        Fate::NotGranted => ItemFate::NotGranted,
        Fate::DeniedByPolicy => ItemFate::DeniedByPolicy,
    }
}

fn typed(shape: Shape) -> (ItemType, Bounds) {
    let none = Bounds::default();
    match shape {
        Shape::Flag => (ItemType::Flag, none),
        Shape::Version => (ItemType::Version, none),
        Shape::Time => (ItemType::Time, none),
        Shape::Integer { min, max } => {
            // a bound beyond what a double holds exactly is shown rounded; the check is by the integer
            let number = |n: i64| n.to_string().parse().ok();
            (ItemType::Integer, Bounds { min: number(min), max: number(max), ..none })
        }
        Shape::Real { min, max } => (ItemType::Real, Bounds { min: Some(min), max: Some(max), ..none }),
        Shape::Enum { values } => (ItemType::Enum, Bounds { values: Some(values.into_iter().collect()), ..none }),
        Shape::Pattern { pattern } => (ItemType::Pattern, Bounds { pattern: Some(pattern), ..none }),
        Shape::Text { max } => (ItemType::Text, Bounds { max_length: Some(max), ..none }),
        Shape::RowKey { pattern, .. } => (ItemType::RowKey, Bounds { pattern: Some(pattern), ..none }),
        Shape::Meter { min, max, table, .. } => {
            (ItemType::Meter, Bounds { min: Some(min), max: Some(max), table, ..none })
        }
        Shape::Condition { table } => (ItemType::Condition, Bounds { table, ..none }),
        Shape::Identity { pattern } => (ItemType::Identity, Bounds { pattern: Some(pattern), ..none }),
        Shape::State { max_bytes, retention_days } => {
            (ItemType::State, Bounds { max_bytes: Some(max_bytes), retention_days: Some(retention_days), ..none })
        }
    }
}
