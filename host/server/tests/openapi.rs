//! The document says what the router does, and is the one that is checked in.

use std::{collections::BTreeSet, path::Path};

use reqwest::StatusCode;

use crate::support::{Reply, Server, client};

/// `BAILIWICK_BLESS=1` writes the file anew.
#[test]
fn the_document_is_the_one_checked_in() {
    let now = format!("{}\n", bailiwick::router::document().to_pretty_json().expect("JSON"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("BAILIWICK_BLESS").is_some() {
        std::fs::write(&path, &now).expect("writes");
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        now == checked_in,
        "the interface changed: run this test with BAILIWICK_BLESS=1 and look at the difference of openapi.json"
    );
}

#[tokio::test]
async fn every_documented_operation_is_served() {
    let server = Server::start().await;
    let served = Reply::of(client().get(format!("{}/api/v1/openapi.json", server.base))).await.expect(StatusCode::OK);
    assert_eq!(served["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in served["paths"].as_object().expect("paths") {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(ids.insert(id.clone()), "{id} twice");
            assert!(operation["responses"].get("default").is_some(), "{id} tells of problems");
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{id} is described");
            let names: Vec<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|p| format!("{} {}", p["in"], p["name"]))
                .collect();
            assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{id}: {names:?}");
            assert_eq!(
                method == "post" && operation.get("security").is_some() && !id.starts_with("session_"),
                names.iter().any(|n| n.contains("Idempotency-Key")),
                "{id}"
            );
            let placeholders = path.matches('{').count();
            assert_eq!(placeholders, names.iter().filter(|n| n.starts_with("\"path\"")).count(), "{id}: {names:?}");
            let concrete: String = path
                .split('/')
                .map(|part| if part.starts_with('{') { "0190c0de-0000-7000-8000-000000000001" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let request = client()
                .request(method.to_uppercase().parse().expect("a method"), format!("{}{concrete}", server.base));
            let reply = Reply::of(request).await;
            // a logo is shown to everybody, and there is none of this name
            let absent = reply.status.as_u16() == 404 && id != "branding_logo";
            assert!(!absent && !matches!(reply.status.as_u16(), 405 | 500), "{method} {path}: {}", reply.text);
        }
    }
    assert!(ids.len() > 40, "{}", ids.len());
}

#[test]
fn no_schema_is_named_twice() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    for schema in ["Problem", "Device", "Account", "Alert", "Collector", "Site", "Summary", "Driver", "AuditEntry"] {
        assert!(document["components"]["schemas"].get(schema).is_some(), "{schema}");
    }
    let text = document.to_string();
    for (at, _) in text.match_indices("#/components/schemas/") {
        let name: String = text[at + 21..].chars().take_while(|c| *c != '"').collect();
        assert!(document["components"]["schemas"].get(&name).is_some(), "{name} is referred to, but not there");
    }
}
