//! What people give others to read is judged by one rule, wherever it is given: each field of each body is tried with what
//! turns the direction, hides, stands for nothing, or has no letter to stand on.

use serde_json::{Map, Value, json};

use super::{
    operations::{Body, Needs, Operation},
    world::World,
};

/// The types that are a rule, each with a text that it takes.
const RULES: [(&str, &str); 6] = [
    ("Name", "Valid"),
    ("ShortName", "Valid"),
    ("Reason", "Valid"),
    ("Address", "Valid"),
    ("Email", "valid@example.org"),
    ("Link", "https://valid.example.org"),
];

/// Of each kind of text that is no name, one.
const BAD: [(&str, &str); 9] = [
    ("turns the direction", "a\u{202e}b"),
    ("isolates", "a\u{2066}b"),
    ("no width", "a\u{200b}b"),
    ("a tag", "a\u{e0041}b"),
    ("no character", "a\u{ffff}b"),
    ("private", "a\u{e000}b"),
    ("an accent alone", "\u{301}"),
    ("nothing to see", "\u{3164}"),
    ("two lines", "a\nb"),
];

/// What a field with such a name holds is read by others.
fn is_read(field: &str) -> bool {
    let last = field.rsplit('.').next().unwrap_or(field);
    ["name", "reason", "title", "address", "label", "email", "url"]
        .iter()
        .any(|word| last == *word || last.ends_with(&format!("_{word}")))
}

/// A field of a body that is a text.
#[derive(Debug)]
struct Field {
    path: Vec<String>,
    rule: Option<&'static str>,
}

fn fields(document: &Value, schema: &Value, path: &[String], found: &mut Vec<Field>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        match RULES.iter().find(|(rule, _)| *rule == name) {
            Some((rule, _)) => found.push(Field { path: path.to_vec(), rule: Some(rule) }),
            None => fields(document, &document["components"]["schemas"][name], path, found),
        }
        return;
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        for one in schema[choice].as_array().into_iter().flatten() {
            fields(document, one, path, found);
        }
    }
    let is_text = schema["type"] == "string" || schema["type"].as_array().is_some_and(|t| t.contains(&"string".into()));
    if is_text && schema.get("enum").is_none() && schema.get("format").is_none() {
        found.push(Field { path: path.to_vec(), rule: None });
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        fields(document, property, &[path, std::slice::from_ref(name)].concat(), found);
    }
}

fn body_fields(document: &Value, operation: &Operation) -> Vec<Field> {
    let method = operation.method.as_str().to_lowercase();
    let body = &document["paths"][&operation.path][&method]["requestBody"]["content"]["application/json"]["schema"];
    let mut found = Vec::new();
    fields(document, body, &[], &mut found);
    found
}

/// The body with this text in the field; what stands beside it in the same object is valid.
fn with(body: &Value, path: &[String], all: &[Field], text: &str) -> Value {
    let mut body = if body.is_object() { body.clone() } else { json!({}) };
    let mut at = &mut body;
    for (depth, name) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        let object = at.as_object_mut().expect("an object");
        if !last && !object.contains_key(name) {
            let inner: Map<String, Value> = all
                .iter()
                .filter(|field| field.path.len() == depth + 2 && field.path[..=depth] == path[..=depth])
                .filter_map(|field| {
                    let (_, valid) = RULES.iter().find(|(rule, _)| Some(*rule) == field.rule)?;
                    Some((field.path.last()?.clone(), Value::from(*valid)))
                })
                .collect();
            object.insert(name.clone(), inner.into());
        }
        if last {
            object.insert(name.clone(), text.into());
            break;
        }
        at = object.get_mut(name).expect("was put there");
    }
    body
}

#[test]
fn every_text_that_others_read_has_a_rule() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let mut ruled = 0;
    for operation in super::operations::all() {
        for field in body_fields(&document, &operation) {
            let name = field.path.join(".");
            assert!(field.rule.is_some() || !is_read(&name), "{}: {name} is a text without a rule", operation.id);
            ruled += u32::from(field.rule.is_some());
        }
    }
    assert!(ruled >= 25, "{ruled}");
    for (rule, _) in RULES {
        let schema = &document["components"]["schemas"][rule];
        let bounds = ["minLength", "maxLength", "pattern"].map(|bound| schema.get(bound).is_some());
        assert_eq!((schema["type"].as_str(), bounds), (Some("string"), [true; 3]), "{rule}: {schema}");
    }
}

#[tokio::test]
async fn what_others_read_is_refused_where_it_hides_or_turns_something() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let mut wrong = Vec::new();
    let mut tried = 0;
    for world in &World::both(4).await {
        for operation in world.operations() {
            let all = body_fields(&document, &operation);
            if all.iter().all(|field| field.rule.is_none()) {
                continue;
            }
            let mut call = (operation.make)(world).await;
            let valid = match &call.body {
                Body::Json(body) => body.clone(),
                _ => json!({}),
            };
            let by = match operation.needs {
                Needs::AtRoot(_) | Needs::FromAbove(_) | Needs::Platform | Needs::ByPlatform(_) => &world.platform,
                _ => &world.owner,
            };
            let by = call.by.clone().unwrap_or_else(|| by.clone());
            let path = operation.path(&call, world.account);
            for field in all.iter().filter(|field| field.rule.is_some()) {
                let name = field.path.join(".");
                for (what, text) in BAD {
                    call.body = Body::Json(with(&valid, &field.path, &all, text));
                    let reply = by.call(operation.method.clone(), &path, &call).await;
                    let told = reply.json();
                    let answer = (reply.status.as_u16(), told["code"].as_str(), told["errors"][0]["field"].as_str());
                    if answer != (422, Some("invalid_input"), Some(name.as_str())) {
                        wrong.push(format!(
                            "{} takes {name} with {what}: {} {}",
                            operation.id, reply.status, reply.text
                        ));
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 200, "{tried}");
}
