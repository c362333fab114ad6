//! Checked values as they are stored: plain JSON, whose type the manifest tells.

use bailiwick_contract::value::{Row, Scalar};
use serde_json::{Map, Number, Value as Json};

use crate::facts::{TableRow, Value};

pub(super) fn scalar(value: &Scalar) -> Json {
    match value {
        Scalar::Flag(flag) => Json::Bool(*flag),
        Scalar::Integer(n) => Json::from(*n),
        // the contract's check lets only finite numbers through
        Scalar::Real(n) => Number::from_f64(*n).map_or(Json::Null, Json::Number),
        Scalar::Time(at) => Json::from(*at),
        Scalar::Token(text) | Scalar::Text(text) => Json::String(text.clone()),
    }
}

pub(super) fn rows(rows: &[Row]) -> Vec<TableRow> {
    rows.iter()
        .map(|row| {
            let cells: Map<String, Json> = row.cells.iter().map(|c| (c.column.clone(), scalar(&c.value))).collect();
            TableRow { key: row.key.clone(), cells }
        })
        .collect()
}

/// Rows that were reported over those that stand: an incomplete table says nothing of the others.
pub(super) fn merge(standing: Vec<TableRow>, reported: Vec<TableRow>, most: usize) -> Vec<TableRow> {
    let mut merged = standing;
    for row in reported {
        match merged.iter_mut().find(|other| other.key == row.key) {
            Some(other) => *other = row,
            None => merged.push(row),
        }
    }
    merged.truncate(most);
    merged
}

/// The JSON text of a table.
pub(super) fn table_text(rows: Vec<TableRow>) -> String {
    serde_json::to_string(&Value::Table { rows }).unwrap_or_else(|_| String::from("null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_table_replaces_only_what_it_names() {
        let row = |key: &str, n: i64| TableRow {
            key: key.into(),
            cells: [("level".to_owned(), Json::from(n))].into_iter().collect(),
        };
        let merged = merge(vec![row("1", 10), row("2", 20)], vec![row("2", 19), row("3", 30)], 8);
        assert_eq!(merged, [row("1", 10), row("2", 19), row("3", 30)]);
        assert_eq!(merge(vec![row("1", 1)], vec![row("2", 2)], 1), [row("1", 1)]);
        assert_eq!(table_text(vec![row("1", 5)]), r#"{"rows":[{"key":"1","cells":{"level":5}}]}"#);
    }
}
