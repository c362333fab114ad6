//! JSON rows as CSV (RFC 4180): nested objects become `outer.inner` columns, lists become JSON text.
//!
//! A text that a spreadsheet would run as a formula gets a leading apostrophe: names of devices come
//! from strangers.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use serde_json::Value;

/// Writes the rows with a header of every column that occurs.
///
/// # Errors
/// [`csv::Error`] when the writer fails.
pub fn write(rows: &[Value]) -> Result<Vec<u8>, csv::Error> {
    let mut columns = IndexSet::new();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let mut record = BTreeMap::new();
        flatten("", row, &mut columns, &mut record);
        records.push(record);
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(&columns)?;
    for record in &records {
        writer.write_record(columns.iter().map(|c| record.get(c).map_or("", String::as_str)))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

fn flatten(prefix: &str, value: &Value, columns: &mut IndexSet<String>, record: &mut BTreeMap<String, String>) {
    if let Value::Object(fields) = value {
        for (key, value) in fields {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            flatten(&name, value, columns, record);
        }
        return;
    }
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        other => other.to_string(),
    };
    columns.insert(prefix.to_owned());
    record.insert(prefix.to_owned(), text);
}

/// OWASP's rule against CSV injection.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_become_columns() {
        let rows = [
            json!({"id": 1, "account": {"name": "A, \"B\""}, "list": [1, 2], "none": null}),
            json!({"id": 2, "account": {"name": "=1+1"}, "extra": true}),
        ];
        let text = String::from_utf8(write(&rows).expect("writes")).expect("UTF-8");
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next(), Some("id,account.name,list,none,extra"));
        assert_eq!(lines.next(), Some("1,\"A, \"\"B\"\"\",\"[1,2]\",,"));
        assert_eq!(lines.next(), Some("2,'=1+1,,,true"));
    }

    #[test]
    fn an_object_null_in_one_row_is_a_column_of_its_own() {
        let rows = [json!({"site": null}), json!({"site": {"id": "x"}})];
        let text = String::from_utf8(write(&rows).expect("writes")).expect("UTF-8");
        assert_eq!(text, "site,site.id\r\n\"\",\r\n,x\r\n".replace("\"\",", ","));
    }
}
