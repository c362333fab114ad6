//! Attacks with bodies: announced by who may not send them, many at once, larger than is read.

use std::collections::BTreeSet;

use bailiwick::{config::Transport, work::admit::NEEDS};
use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};

use crate::{
    isolation::{
        callers::Expected,
        operations::{self, Needs},
        world::World,
    },
    support::{Api, Reply, Server, wire::Begun},
};

/// What the largest body of all has: a driver's component.
const LARGE: usize = 32 << 20;

fn announcing(bytes: usize, kind: &str) -> String {
    format!("content-type: {kind}\r\ncontent-length: {bytes}\r\n")
}

fn bearer(api: &Api) -> String {
    format!("authorization: Bearer {}\r\n", api.token)
}

#[test]
fn every_operation_with_a_body_says_what_it_needs() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let operations = items.flat_map(|item| item.as_object().expect("operations").values());
    let with_body = operations.filter(|operation| operation.get("requestBody").is_some());
    let documented: BTreeSet<&str> = with_body.map(|o| o["operationId"].as_str().expect("an id")).collect();
    let known: BTreeSet<&str> = NEEDS.iter().map(|(id, _)| *id).collect();
    assert_eq!(documented, known, "the document's operations with a body, and the table of work/admit.rs");
    assert_eq!(known.len(), NEEDS.len(), "each once");
}

/// Attack: 32 MiB announced for every operation by everybody who may not make the call. The refusal comes before a byte
/// of the body, with `Expect: 100-continue` and without.
#[tokio::test]
async fn who_may_not_make_a_call_is_refused_before_its_body() {
    let mut tried = 0;
    for world in &World::both(2).await {
        let callers = world.callers().await;
        let with_body: BTreeSet<&str> = NEEDS.iter().map(|(id, _)| *id).collect();
        for operation in world.operations().filter(|operation| with_body.contains(operation.id)) {
            // what these refuse beyond the permission depends on what the body says
            if matches!(operation.needs, Needs::Nobody | Needs::Own) {
                continue;
            }
            let call = (operation.make)(world).await;
            let path = operation.path(&call, world.account);
            for (nth, caller) in callers.iter().enumerate() {
                let Expected::Refused(status, code) = caller.expects(&operation) else { continue };
                if matches!(code, "elevation_required" | "exceeds_own_permissions") {
                    continue;
                }
                let expect = if nth % 2 == 0 { "expect: 100-continue\r\n" } else { "" };
                let lines = announcing(LARGE, "application/json") + expect + &caller.client.proof_lines();
                let method = operation.method.as_str();
                let (told, text) = Begun::call(&world.server.base, method, &path, &lines, &[]).await.answer().await;
                let as_expected = told == status && text.contains(&format!("\"code\":\"{code}\""));
                assert!(as_expected, "{} by {}: {text}\ninstead of {status} {code}", operation.id, caller.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried} calls");
    // the sweep would show nothing if it did not know the operations
    assert!(operations::all().len() > NEEDS.len());
}

/// Attack: 25 components at once, by who may install them. Few are taken in, to disk; the others are told to come back
/// before they send.
#[tokio::test]
async fn components_wait_on_disk_and_few_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let server = Server::with(|config| config.data_dir = data_dir).await;
    let owner = server.token(AccountId::ROOT, Role::Owner).await;
    let lines = announcing(LARGE, "application/wasm") + &bearer(&owner);
    let mut uploads = Vec::new();
    for _ in 0..25 {
        uploads.push(Begun::call(&server.base, "POST", "/api/v1/drivers", &lines, &[0; 64 << 10]).await);
    }
    let mut refused = 0;
    let mut taken_in = Vec::new();
    for mut upload in uploads {
        if upload.is_answered().await {
            let (status, text) = upload.answer().await;
            assert!(status == 503 && text.contains("retry-after: 10"), "{text}");
            refused += 1;
        } else {
            taken_in.push(upload);
        }
    }
    assert_eq!((taken_in.len(), refused), (4, 21));
    assert_eq!(server.app.bodies().held(), 0, "what is taken in lies on disk");
    let left = std::fs::read_dir(folder.path().join("uploads")).expect("the folder").count();
    assert_eq!(left, 0, "in files without a name");
    // who hangs up makes room
    drop(taken_in);
    let garbage = || owner.call(Method::POST, "/api/v1/drivers").header("content-type", "application/wasm");
    for _ in 0..50 {
        let reply = Reply::of(garbage().body("no component")).await;
        if reply.status != StatusCode::SERVICE_UNAVAILABLE {
            return reply.refused(422, "driver_invalid");
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no room was made");
}

/// Attack: bodies that are begun and never end. One sender holds its share and no more; strangers hold half together.
#[tokio::test]
async fn bodies_under_way_share_one_budget() {
    let server = Server::with(|config| {
        config.body_memory = 1 << 20;
        config.transport = Transport::Proxied(vec!["127.0.0.0/8".parse().expect("net")]);
    })
    .await;
    let from =
        |source: u8, lines: &str| format!("x-forwarded-proto: https\r\nx-forwarded-for: 203.0.113.{source}\r\n{lines}");
    let json = announcing(60 << 10, "application/json");
    let sign_in = async |source: u8| {
        let lines = from(source, &json);
        Begun::call(&server.base, "POST", "/api/v1/session", &lines, &[b' '; 50 << 10]).await
    };
    let mut held = Vec::new();
    for source in [1, 1, 1, 1] {
        held.push(sign_in(source).await);
    }
    for begun in &mut held {
        assert!(!begun.is_answered().await, "four fit into a quarter");
    }
    let (status, text) = sign_in(1).await.answer().await;
    assert!(status == 429 && text.contains("too_much_in_flight") && text.contains("retry-after: 2"), "{text}");
    for source in [2, 2, 2, 2] {
        held.push(sign_in(source).await);
        assert!(!held.last_mut().expect("begun").is_answered().await);
    }
    let (status, text) = sign_in(3).await.answer().await;
    assert!(status == 503 && text.contains("unavailable") && text.contains("retry-after: 2"), "{text}");
    assert!(server.app.bodies().held() <= 512 << 10, "{}", server.app.bodies().held());
    let figures = String::from_utf8(server.app.metrics().text().expect("figures")).expect("UTF-8");
    assert!(figures.contains("bailiwick_http_bodies_refused_total{which=\"own\"} 1"), "{figures}");
    assert!(figures.contains("bailiwick_http_bodies_refused_total{which=\"all\"} 1"), "{figures}");
    // a customer is served beside them
    let owner = server.token(AccountId::ROOT, Role::Owner).await;
    let accounts = format!("/api/v1/accounts/{}/accounts", AccountId::ROOT);
    let proxied = |request: reqwest::RequestBuilder| {
        request.header("x-forwarded-proto", "https").header("x-forwarded-for", "203.0.113.9")
    };
    let body = serde_json::json!({ "name": "x".repeat(100_000), "kind": "dealer" });
    let request = owner.call(Method::POST, &accounts).json(&body);
    Reply::of(proxied(request)).await.refused(422, "invalid_input");
    drop(held);
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_small() {
    let server = Server::start().await;
    let owner = server.token(AccountId::ROOT, Role::Owner).await;
    let exports = format!("/api/v1/accounts/{}/exports", AccountId::ROOT);
    let large = owner.call(Method::POST, &exports).body(vec![b' '; 5_000]);
    Reply::of(large).await.refused(413, "payload_too_large");
    let open = reqwest::Client::new().post(format!("{}/api/v1/session", server.base));
    let open = open.header("content-type", "application/json").body(vec![b' '; 65 << 10]);
    Reply::of(open).await.refused(413, "payload_too_large");
}
