//! JSON Schemas in a manifest.
//!
//! A command's arguments are of the closed types only: an object of flags, bounded numbers, enums,
//! bounded texts and bounded lists of them, nothing beyond. So what an order carries can be listed.

use serde_json::Value;

/// The longest text of an argument.
const MAX_TEXT: u64 = 1_024;
/// The most items of a list, and properties of an object.
const MAX_ITEMS: u64 = 256;

/// Whether it is a schema that stands for itself: valid, and referring to nothing outside.
pub(super) fn compiles(schema: &Value) -> Result<(), String> {
    if !schema.is_object() {
        return Err("must be a JSON Schema object".to_owned());
    }
    if refers_outside(schema, 0) {
        return Err("refers to another document, or is nested too deeply".to_owned());
    }
    jsonschema::validator_for(schema).map(drop).map_err(|e| e.to_string().chars().take(200).collect())
}

fn refers_outside(value: &Value, depth: usize) -> bool {
    if depth > 32 {
        return true;
    }
    match value {
        Value::Object(members) => members.iter().any(|(key, member)| {
            let foreign =
                matches!(key.as_str(), "$ref" | "$dynamicRef") && member.as_str().is_some_and(|r| !r.starts_with('#'));
            foreign || refers_outside(member, depth.saturating_add(1))
        }),
        Value::Array(items) => items.iter().any(|item| refers_outside(item, depth.saturating_add(1))),
        _ => false,
    }
}

/// What is wrong with a command's arguments, as `.place: what`. Absent means that there are none.
pub(super) fn closed_faults(schema: &Value) -> Vec<String> {
    if schema.is_null() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    object(schema, "", &mut faults);
    if faults.is_empty()
        && let Err(why) = compiles(schema)
    {
        faults.push(format!(": {why}"));
    }
    faults
}

fn object(schema: &Value, place: &str, faults: &mut Vec<String>) {
    let mut fault = |what: &str| faults.push(format!("{place}: {what}"));
    let Some(members) = schema.as_object() else { return fault("must be a JSON Schema object") };
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return fault("must be of type object");
    }
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        fault("needs additionalProperties = false");
    }
    const KNOWN: [&str; 7] =
        ["$schema", "type", "title", "description", "properties", "required", "additionalProperties"];
    if let Some(other) = members.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        fault(&format!("'{other}' is not one of {}", KNOWN.join(", ")));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    if properties.is_some_and(|p| p.len() as u64 > MAX_ITEMS) {
        fault("has too many properties");
    }
    for (name, property) in properties.into_iter().flatten() {
        closed(property, &format!("{place}.{name}"), true, faults);
    }
}

fn closed(schema: &Value, place: &str, lists: bool, faults: &mut Vec<String>) {
    let bounded = |key: &str, most: u64| schema.get(key).and_then(Value::as_u64).is_some_and(|n| n <= most);
    let number = |key: &str| schema.get(key).is_some_and(Value::is_number);
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{place}: {what}"));
        }
    };
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => {}
        Some("integer" | "number") => must(number("minimum") && number("maximum"), "needs minimum and maximum"),
        Some("string") => must(
            schema.get("enum").is_some_and(Value::is_array) || bounded("maxLength", MAX_TEXT),
            "needs an enum or a maxLength of at most 1024",
        ),
        Some("array") if lists => {
            must(bounded("maxItems", MAX_ITEMS), "needs a maxItems of at most 256");
            match schema.get("items") {
                Some(items) => closed(items, &format!("{place}.items"), false, faults),
                None => must(false, "needs items"),
            }
        }
        _ => must(false, "must be a boolean, integer, number, string, or a list of them"),
    }
}
