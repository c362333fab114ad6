//! The driver that these tests use, and what a device of it shows in the API.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The driver's name.
pub const DRIVER: &str = "printer-snmp";
/// Its meter of all pages.
pub const PAGES: &str = "pages";
/// A condition of it that has no rows.
pub const JAM: &str = "jam";

/// A scalar fact of a device as the API shows it; null where it has none.
///
/// # Errors
/// When the device has no facts at all.
pub fn fact<'a>(device: &'a Value, attribute: &str) -> Result<&'a Value> {
    let facts = device.get("facts").and_then(Value::as_array).context("the device has no facts")?;
    let found = facts.iter().find(|fact| fact.get("attribute").and_then(Value::as_str) == Some(attribute));
    Ok(found.and_then(|fact| fact.get("value")).unwrap_or(&Value::Null))
}
