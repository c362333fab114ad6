//! An export holds all that is kept, no secret, and is fetched once by who may see it.

use std::{collections::BTreeMap, io::Read as _, sync::Arc};

use bailiwick_access::Role;
use bailiwick_devices::{
    exports::{EXPIRY, Expiring, Exporting},
    jobs::{Workers, recur},
};
use flate2::read::GzDecoder;
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    collectors::{World, report, world},
    support::{Api, wire::Begun},
};

fn workers(world: &World) -> Workers {
    let folder = world.server.app.config().data_dir.join("exports");
    let (exporting, expiring) = (Exporting::new(folder.clone()), Expiring::new(folder));
    Workers::new(world.server.app.store().clone(), vec![Arc::new(exporting), Arc::new(expiring)])
}

async fn fetch(api: &Api, path: &str) -> BTreeMap<String, Vec<Value>> {
    let response = api.call(Method::GET, path).send().await.expect("answers");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/gzip");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let bytes = response.bytes().await.expect("reads");
    let mut tables = BTreeMap::new();
    for entry in tar::Archive::new(GzDecoder::new(bytes.as_ref())).entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        let rows = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        tables.insert(name, rows);
    }
    tables
}

#[tokio::test]
async fn all_that_is_kept_is_exported_once_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let world = crate::collectors::world_with(move |config| config.data_dir = data_dir).await;
    let tree = &world.tree;
    world.server.operator(tree.customer, "someone@customer.example", Role::Viewer).await;
    world.server.operator(tree.sibling, "someone@sibling.example", Role::Viewer).await;
    world.send(Uuid::now_v7(), &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    let exports = format!("/api/v1/accounts/{}/exports", tree.dealer);
    let asked = tree.owner.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    let file = format!("{exports}/{}", asked["id"].as_str().expect("an id"));
    tree.owner.post(&exports, json!({})).await.refused(409, "conflict");
    tree.owner.get(&file).await.refused(404, "not_found");
    assert!(workers(&world).run_one().await.expect("runs"));
    let listed = tree.owner.get(&exports).await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["state"], "ready", "{listed}");

    let tables = fetch(&tree.owner, &file).await;
    for (table, rows) in [("accounts", 3), ("operators", 2), ("devices", 1), ("readings", 1), ("facts", 2)] {
        assert_eq!(tables[&format!("{table}.ndjson")].len(), rows, "{table}");
    }
    assert_eq!(tables["devices.ndjson"][0]["serial"], "ABC123");
    assert!(tables["audit_entries.ndjson"].len() > 5, "what was done is part of it");
    assert!(!tables.contains_key("jobs.ndjson") && !tables.contains_key("idempotency_keys.ndjson"));
    let all = serde_json::to_string(&tables).expect("JSON");
    for secret in ["argon2", "_hash\"", "\"secret\"", "fingerprints", "\"salt\""] {
        assert!(!all.contains(secret), "{secret}");
    }
    // once, and then it is nowhere
    tree.owner.get(&file).await.refused(404, "not_found");
    let left: Vec<_> =
        std::fs::read_dir(folder.path().join("exports").join(tree.dealer.to_string())).expect("the folder").collect();
    assert!(left.is_empty(), "{left:?}");
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit?action=account.", tree.dealer)).await;
    let audit = audit.expect(StatusCode::OK);
    let actions: Vec<_> =
        audit["items"].as_array().expect("items").iter().map(|e| e["action"].as_str().unwrap_or("")).collect();
    let expected = ["account.export_fetched", "account.export_begun", "account.exported", "account.export_requested"];
    assert_eq!(actions[..4], expected);

    // one that nobody fetches is gone after a day
    let asked = tree.owner.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    let store = world.server.app.store();
    assert!(workers(&world).run_one().await.expect("runs"));
    world.server.database.clock.advance(SignedDuration::from_hours(24));
    let file = format!("{exports}/{}", asked["id"].as_str().expect("an id"));
    tree.owner.get(&file).await.refused(404, "not_found");
    recur(store, &[(EXPIRY, std::time::Duration::from_secs(3_600))]).await.expect("schedules");
    assert!(workers(&world).run_one().await.expect("runs"));
    let listed = tree.owner.get(&exports).await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["state"], "expired");
    let left = std::fs::read_dir(folder.path().join("exports").join(tree.dealer.to_string())).expect("the folder");
    assert_eq!(left.count(), 0);
}

/// What a customer takes along tells nothing of who serves it: not the dealer's id, not its place, in no table.
#[tokio::test]
async fn a_customer_s_export_does_not_tell_which_accounts_lie_above() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let world = crate::collectors::world_with(move |config| config.data_dir = data_dir).await;
    let tree = &world.tree;
    world.send(Uuid::now_v7(), &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    // the dealer's doings in the customer's audit, and what it imposed there
    let account = format!("/api/v1/accounts/{}", tree.customer);
    tree.owner.post(&format!("{account}/suspend"), json!({})).await.expect(StatusCode::OK);
    tree.owner.post(&format!("{account}/resume"), json!({})).await.expect(StatusCode::OK);
    tree.owner.get(&format!("{account}/devices")).await.expect(StatusCode::OK);
    let own = world.server.token(tree.customer, Role::Owner).await;
    let exports = format!("{account}/exports");
    let asked = own.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    assert!(workers(&world).run_one().await.expect("runs"));
    let tables = fetch(&own, &format!("{exports}/{}", asked["id"].as_str().expect("an id"))).await;
    assert!(
        tables["audit_entries.ndjson"].iter().any(|entry| entry["detail"]["through"] == "above"),
        "told, without by whom"
    );
    assert_eq!(tables["accounts.ndjson"][0]["parent_id"], "above");
    let all = serde_json::to_string(&tables).expect("JSON");
    let root = crate::support::Server::platform();
    let dealer = world.server.access.account(&root, tree.dealer).await.expect("the dealer");
    assert!(!all.contains(&tree.dealer.to_string()), "the dealer's id");
    let place = dealer.account.lineage.as_str().trim_matches('/').to_owned();
    assert!(place.len() > 3 && !all.contains(&place), "the dealer's place {place}");
    assert!(all.contains(&tree.customer.to_string()), "its own is there");
}

/// What an account's audit says of having been taken along.
async fn told(world: &World, account: bailiwick_store::AccountId) -> Vec<Value> {
    let own = world.server.token(account, Role::Auditor).await;
    let audit = own.get(&format!("/api/v1/accounts/{account}/audit?action=look.export")).await.expect(StatusCode::OK);
    audit["items"].as_array().expect("items").clone()
}

/// An export of the dealer that is ready; its path.
async fn ready(world: &World) -> String {
    let exports = format!("/api/v1/accounts/{}/exports", world.tree.dealer);
    let asked = world.tree.owner.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    assert!(workers(world).run_one().await.expect("runs"));
    format!("{exports}/{}", asked["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn each_account_reads_that_it_was_taken_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let world = crate::collectors::world_with(move |config| config.data_dir = data_dir).await;
    for times in 1..=2 {
        let file = ready(&world).await;
        fetch(&world.tree.owner, &file).await;
        for account in [world.tree.customer, world.tree.sibling] {
            let told = told(&world, account).await;
            assert_eq!(told.len(), times, "each time");
            assert_eq!(told[0]["through"]["name"], "Dealer");
        }
    }
    assert!(told(&world, world.tree.dealer).await.is_empty(), "its own people");
    // taken along from above by its own path
    let exports = format!("/api/v1/accounts/{}/exports", world.tree.customer);
    let asked = world.tree.owner.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    assert!(workers(&world).run_one().await.expect("runs"));
    fetch(&world.tree.owner, &format!("{exports}/{}", asked["id"].as_str().expect("an id"))).await;
    assert_eq!(told(&world, world.tree.customer).await.len(), 3);
}

/// Attack: a file that is kept until the customer has left.
#[tokio::test]
async fn what_went_elsewhere_is_not_taken_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let world = crate::collectors::world_with(move |config| config.data_dir = data_dir).await;
    let file = ready(&world).await;
    let access = &world.server.access;
    let platform = crate::support::Server::platform();
    let new = bailiwick_access::accounts::NewAccount {
        name: "Other".into(),
        kind: bailiwick_access::accounts::Kind::Dealer,
        owner: None,
    };
    let other =
        access.create_account(&platform, bailiwick_store::AccountId::ROOT, new).await.expect("makes").account.id;
    let begun = access.begin_move(&platform, world.tree.sibling, other).await.expect("begins");
    let top = begun.scope.account();
    let id = begun.commit().await.expect("commits");
    let mover = bailiwick_store::Actor::system("account-move");
    let mut scope = world.server.app.store().scope(&mover, top).await.expect("opens");
    access.run_move(&mut scope, world.tree.sibling, id).await.expect("moves");
    scope.commit().await.expect("commits");
    world.tree.owner.get(&file).await.refused(404, "not_found");
    // what is made from then on is without it
    let tables = fetch(&world.tree.owner, &ready(&world).await).await;
    assert_eq!(tables["accounts.ndjson"].len(), 2);
    assert!(told(&world, world.tree.sibling).await.is_empty());
}

#[tokio::test]
async fn who_may_not_see_everything_takes_nothing_along() {
    let world = world().await;
    let exports = format!("/api/v1/accounts/{}/exports", world.tree.customer);
    // the platform may delete it, and may not look into it
    world.tree.root.post(&exports, json!({})).await.refused(403, "denied");
    let admin = world.server.token(world.tree.dealer, Role::Admin).await;
    admin.post(&exports, json!({})).await.refused(403, "denied");
    let own = world.server.token(world.tree.customer, Role::Owner).await;
    own.post(&exports, json!({})).await.expect(StatusCode::ACCEPTED);
    world.tree.root.get(&format!("{exports}/{}", Uuid::now_v7())).await.refused(403, "denied");
}

/// Attack: an export is used up by whoever looks at its head, or breaks its download off.
#[tokio::test]
async fn an_export_counts_as_fetched_when_it_was_sent_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let world = crate::collectors::world_with(move |config| config.data_dir = data_dir).await;
    let path = ready(&world).await;
    let owner = &world.tree.owner;
    for _ in 0..3 {
        let head = owner.call(Method::HEAD, &path).send().await.expect("answers");
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.headers()["content-type"], "application/gzip");
    }
    // larger than whatever lies between the server and its caller
    let export = path.rsplit('/').next().expect("an id");
    let file = folder.path().join("exports").join(world.tree.dealer.to_string()).join(format!("{export}.tar.gz"));
    std::fs::write(&file, vec![7; 64 << 20]).expect("writes");
    let lines = format!("authorization: Bearer {}\r\n", owner.token);
    let mut begun = Begun::call(&world.server.base, "GET", &path, &lines, &[]).await;
    while !begun.is_answered().await {}
    owner.get(&path).await.refused(409, "export_in_progress");
    drop(begun);
    let state = async || owner.get(path.rsplit_once('/').expect("a list").0).await.json()["items"][0]["state"].clone();
    assert_eq!(state().await, "ready");
    for attempt in 0.. {
        let reply = owner.call(Method::GET, &path).send().await.expect("answers");
        if reply.status() == StatusCode::OK {
            assert_eq!(reply.bytes().await.expect("whole").len(), 64 << 20);
            break;
        }
        assert!(attempt < 100, "the download that broke off goes on");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((state().await, file.exists()), (Value::from("fetched"), false), "before the caller hears the end");
    owner.get(&path).await.refused(404, "not_found");
    assert_eq!(owner.call(Method::HEAD, &path).send().await.expect("answers").status(), StatusCode::NOT_FOUND);
}
