//! Walked columns as rows.

use std::collections::BTreeMap;

use bailiwick_sdk::{Binding, SnmpValue};

use crate::value;

/// A row's cells by column number.
#[derive(Debug, Default)]
pub struct Cells(BTreeMap<u32, SnmpValue>);

impl Cells {
    /// A column as a number.
    pub fn integer(&self, column: u32) -> Option<i64> {
        self.0.get(&column).and_then(value::integer)
    }

    /// A column as a cleaned text.
    pub fn text(&self, column: u32) -> Option<String> {
        self.0.get(&column).and_then(value::text)
    }
}

/// Rows by index, in the order of the indices.
pub type Rows = BTreeMap<Vec<u32>, Cells>;

/// The rows of a conceptual table: `entry.column.index`. At most `most` of them, and only indices of
/// at most four arcs: an agent that answers without end makes no endless table.
pub fn rows(entry: &[u32], bindings: impl IntoIterator<Item = Binding>, most: usize) -> Rows {
    let mut rows = Rows::new();
    for binding in bindings {
        let Some([column, index @ ..]) = binding.oid.strip_prefix(entry) else { continue };
        if index.is_empty() || index.len() > 4 || (rows.len() >= most && !rows.contains_key(index)) {
            continue;
        }
        rows.entry(index.to_vec()).or_default().0.insert(*column, binding.value);
    }
    rows
}

/// An index as a row key: `1.3`.
pub fn key(index: &[u32]) -> String {
    let mut key = String::new();
    for arc in index {
        if !key.is_empty() {
            key.push('.');
        }
        key.push_str(&arc.to_string());
    }
    key
}
