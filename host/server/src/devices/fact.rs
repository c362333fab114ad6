//! A current value with its title, type and unit, in the order of the manifest.

use std::collections::BTreeMap;

use bailiwick_contract::{
    manifest::{Attribute, Kind, Manifest, NamedNumber, TableAttribute, Word},
    policy::Category,
};
use bailiwick_devices::facts::{FactValue, Value};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ToneView;
use crate::{drivers::type_name, edge::Locale};

/// What a value of an enum is called, and how it looks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Word)]
pub struct WordView {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<ToneView>,
    /// The colour that it names, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
}

/// A number that is a word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NamedNumber)]
pub struct NamedNumberView {
    value: i64,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<ToneView>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FactColumn)]
pub struct ColumnView {
    key: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// `flag`, `integer`, `real`, `enum`, `version`, `time`, `pattern` or `text`.
    r#type: &'static str,
    /// What it says about a person.
    category: &'static str,
    /// What the values of an enum are called.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<BTreeMap<String, WordView>>,
    /// Numbers that are words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    named: Vec<NamedNumberView>,
    /// At or below this a number is low.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
}

/// A row of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FactRow)]
pub struct RowView {
    /// Tells this row from its neighbours for good.
    key: String,
    /// Columns and values: true or false, numbers, texts; times are milliseconds since 1970.
    #[schema(value_type = Object)]
    cells: serde_json::Map<String, serde_json::Value>,
}

/// A current value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub struct FactView {
    /// The attribute's key.
    attribute: String,
    title: String,
    /// What it says about a person; of a table, what most of its columns do.
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// `scalar` or `table`.
    kind: &'static str,
    /// A scalar's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    /// A scalar's value: true or false, a number, a text; a time is milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<serde_json::Value>,
    /// What an enum's value, or a number that is a word, is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<ToneView>,
    /// The column that a table's rows are called by.
    #[serde(skip_serializing_if = "Option::is_none")]
    label_column: Option<String>,
    /// The column whose values name a row's colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    color_column: Option<String>,
    /// A table's columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<ColumnView>>,
    /// A table's rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<RowView>>,
    /// When it was last reported.
    observed_at: Timestamp,
    /// Since when it is this.
    changed_at: Timestamp,
    /// Whether the latest report still had it.
    current: bool,
}

/// The facts that the manifest declares, in its order.
pub(super) fn views(facts: &[FactValue], manifest: &Manifest, locale: Locale) -> Vec<FactView> {
    let of = |key: &str| facts.iter().find(|f| f.attribute == key);
    let scalars = manifest.attributes.iter().filter_map(|a| scalar(of(&a.key)?, a, locale));
    let tables = manifest.tables.iter().filter_map(|t| table(of(&t.key)?, t, locale));
    scalars.chain(tables).collect()
}

fn scalar(fact: &FactValue, attribute: &Attribute, locale: Locale) -> Option<FactView> {
    let Value::Scalar(value) = &fact.value else { return None };
    let (label, tone) = match &attribute.kind {
        Kind::Enum { values } => {
            value.as_str().and_then(|v| values.get(v)).map(|word| (word.title.locale(locale.0).to_owned(), word.tone))
        }
        _ => value
            .as_i64()
            .and_then(|n| attribute.named.iter().find(|named| named.value == n))
            .map(|named| (named.title.locale(locale.0).to_owned(), named.tone)),
    }
    .unzip();
    Some(FactView {
        attribute: attribute.key.clone(),
        title: attribute.title.locale(locale.0).to_owned(),
        category: attribute.category.name(),
        unit: attribute.unit.as_ref().map(|unit| unit.locale(locale.0).to_owned()),
        kind: "scalar",
        r#type: Some(type_name(&attribute.kind)),
        value: Some(value.clone()),
        label,
        tone: tone.flatten().map(ToneView::from),
        label_column: None,
        color_column: None,
        columns: None,
        rows: None,
        observed_at: fact.observed_at,
        changed_at: fact.changed_at,
        current: fact.current,
    })
}

fn table(fact: &FactValue, table: &TableAttribute, locale: Locale) -> Option<FactView> {
    let Value::Table { rows } = &fact.value else { return None };
    Some(FactView {
        attribute: table.key.clone(),
        title: table.title.locale(locale.0).to_owned(),
        category: commonest(table).map_or("device", Category::name),
        unit: None,
        kind: "table",
        r#type: None,
        value: None,
        label: None,
        tone: None,
        label_column: table.label.clone(),
        color_column: table.color.clone(),
        columns: Some(table.columns.iter().map(|c| column(c, locale)).collect()),
        rows: Some(rows.iter().map(|r| RowView { key: r.key.clone(), cells: r.cells.clone() }).collect()),
        observed_at: fact.observed_at,
        changed_at: fact.changed_at,
        current: fact.current,
    })
}

fn column(column: &Attribute, locale: Locale) -> ColumnView {
    let values = match &column.kind {
        Kind::Enum { values } => Some(values.iter().map(|(key, word)| (key.clone(), named(word, locale))).collect()),
        _ => None,
    };
    let number = |named: &NamedNumber| NamedNumberView {
        value: named.value,
        title: named.title.locale(locale.0).to_owned(),
        tone: named.tone.map(ToneView::from),
    };
    ColumnView {
        key: column.key.clone(),
        title: column.title.locale(locale.0).to_owned(),
        unit: column.unit.as_ref().map(|unit| unit.locale(locale.0).to_owned()),
        r#type: type_name(&column.kind),
        category: column.category.name(),
        values,
        named: column.named.iter().map(number).collect(),
        low: column.low,
    }
}

fn named(word: &Word, locale: Locale) -> WordView {
    WordView {
        title: word.title.locale(locale.0).to_owned(),
        tone: word.tone.map(ToneView::from),
        color: word.color.as_ref().map(|color| color.as_str().to_owned()),
    }
}

fn commonest(table: &TableAttribute) -> Option<Category> {
    let mut counts: BTreeMap<Category, usize> = BTreeMap::new();
    for column in &table.columns {
        let count = counts.entry(column.category).or_default();
        *count = count.saturating_add(1);
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(category, _)| category)
}
