//! Rows as CSV (RFC 4180), for spreadsheets: every list has its columns, whatever its rows hold, also when
//! it has none. Columns of an object in a row are `outer.inner`; a list of things becomes their names.
//!
//! A text that a spreadsheet would run as a formula is marked as a text: names of devices come from strangers.

use bailiwick_text::csv as rule;
use serde::Serialize;
use serde_json::Value;

/// A row that has fixed columns as CSV.
pub trait Tabular: Serialize {
    /// The columns: a field, or `outer.inner` for one of an object.
    const COLUMNS: &'static [&'static str];

    /// How an element of a list in a column reads, where its name does not say enough.
    #[must_use]
    fn element(_column: &str, _element: &Value) -> Option<String> {
        None
    }
}

/// Writes the rows below their columns, and `more` columns: what each is called, and where it stands in a row.
///
/// # Errors
/// [`csv::Error`] when the writer fails, or a row cannot be serialised.
pub fn write<T: Tabular>(rows: &[T], more: &[(String, String)]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let named = more.iter().map(|(name, _)| name.as_str());
    writer.write_record(T::COLUMNS.iter().copied().chain(named))?;
    for row in rows {
        let row = serde_json::to_value(row).map_err(std::io::Error::from)?;
        let columns = T::COLUMNS.iter().copied().chain(more.iter().map(|(_, place)| place.as_str()));
        writer.write_record(columns.map(|column| cell::<T>(column, at(&row, column))))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

fn at<'a>(row: &'a Value, column: &str) -> &'a Value {
    let within = |value: &'a Value, key: &str| match value {
        // of a list of things with keys, the one that has this key
        Value::Array(elements) => elements.iter().find(|e| e.get("key").and_then(Value::as_str) == Some(key)),
        other => other.get(key),
    };
    column.split('.').try_fold(row, within).unwrap_or(&Value::Null)
}

fn cell<T: Tabular>(column: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => rule::cell(text).into_owned(),
        Value::Array(elements) => {
            let texts: Vec<String> =
                elements.iter().map(|e| T::element(column, e).unwrap_or_else(|| name(e))).collect();
            rule::cell(&texts.join("; ")).into_owned()
        }
        other @ Value::Object(_) => rule::cell(&other.to_string()).into_owned(),
        other => other.to_string(),
    }
}

/// What an element is called, or all of it.
fn name(element: &Value) -> String {
    let named = element.get("name").or_else(|| element.get("key")).unwrap_or(element);
    named.as_str().map_or_else(|| element.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    #[serde(transparent)]
    struct Row(Value);

    impl Tabular for Row {
        const COLUMNS: &'static [&'static str] = &["id", "account.name", "list", "before"];
    }

    fn text(rows: Vec<Value>) -> String {
        let rows: Vec<Row> = rows.into_iter().map(Row).collect();
        String::from_utf8(write(&rows, &[]).expect("writes")).expect("UTF-8")
    }

    #[test]
    fn columns_are_the_same_whatever_the_rows_hold() {
        let rows = vec![
            json!({"id": 1, "account": {"name": "A, \"B\""}, "list": [{"name": "x", "n": 1}, "y"], "before": {"a": 1}}),
            json!({"id": 2, "account": null, "list": ["=1+1"], "extra": true}),
        ];
        let all = text(rows);
        let mut lines = all.split("\r\n");
        assert_eq!(lines.next(), Some("id,account.name,list,before"));
        assert_eq!(lines.next(), Some("1,\"A, \"\"B\"\"\",x; y,\"{\"\"a\"\":1}\""));
        assert_eq!(lines.next(), Some("2,,'=1+1,"));
        assert_eq!(text(Vec::new()), "id,account.name,list,before\r\n");
    }
}
