//! Deletion: typed, suspended at once, cancelled in time, and then nothing is left, as a scan of every table says.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use bailiwick::accounts::workers::{ERASURE, Erasure};
use bailiwick_access::Role;
use bailiwick_audit::{SealKey, Sealer, verify};
use bailiwick_devices::{
    jobs::{Partitions, Retention, Worker, Workers, recur, schedule},
    usage::Census,
};
use bailiwick_store::{AccountId, Store};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::{
    collectors::{World, enroll, report, world},
    support::{PASSWORD, Reply, client},
};

/// Stands in everything that is kept of the account that is erased.
const MARK: &str = "ZQXMARK";

/// Seals everything; other tests' transactions on the same server may hold the horizon back for a moment.
async fn seal_all(sealer: &Sealer, store: &Store) {
    for _ in 0..600 {
        while sealer.run_once(store).await.expect("seals").is_some() {}
        if verify(store, &[sealer.public_key()], None).await.expect("verifies").unsealed == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("all is sealed within a minute");
}

async fn tables(superuser: &mut PgConnection) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select c.relname::text,
                exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')
         from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and not c.relispartition order by 1",
    )
    .fetch_all(superuser)
    .await
    .expect("the catalogue")
}

/// How many rows of which table hold a text, in whatever column: also within JSON, arrays and bytes.
async fn holding(superuser: &mut PgConnection, text: &str) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for (table, _) in tables(superuser).await {
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
            "select count(*) from {table} t
             where position(lower($1) in lower(to_jsonb(t)::text)) > 0 or position($2 in to_jsonb(t)::text) > 0"
        )))
        .bind(text)
        .bind(hex::encode(text))
        .fetch_one(&mut *superuser)
        .await
        .expect("scans");
        if rows > 0 {
            found.insert(table, rows);
        }
    }
    found
}

/// All rows of an account as text.
async fn of(superuser: &mut PgConnection, account: AccountId) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, owned) in tables(superuser).await {
        if owned {
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
                "select to_jsonb(t)::text from {table} t where tenant_id = $1 order by 1"
            )))
            .bind(account)
            .fetch_all(&mut *superuser)
            .await
            .expect("reads");
            if !rows.is_empty() {
                all.insert(table, rows);
            }
        }
    }
    all
}

/// Puts the mark wherever something can be put.
async fn fill(world: &World) -> String {
    let (server, tree) = (&world.server, &world.tree);
    let account = format!("/api/v1/accounts/{}", tree.customer);
    let name = format!("Praxis {MARK}");
    tree.owner.send(Method::PATCH, &account, json!({ "name": name })).await.expect(StatusCode::OK);
    let owner = format!("owner-{MARK}@customer.example");
    server.operator(tree.customer, &owner, Role::Owner).await;
    let body = json!({ "email": owner, "password": PASSWORD });
    Reply::of(client().post(format!("{}/api/v1/session", server.base)).json(&body)).await.expect(StatusCode::OK);
    let own = server.token(tree.customer, Role::Owner).await;
    let site = json!({ "name": MARK, "address": MARK, "settings": { "ranges": ["10.1.0.0/24"], "community": MARK } });
    let sites = own.call(Method::POST, &format!("{account}/sites")).header("idempotency-key", MARK).json(&site);
    Reply::of(sites).await.expect(StatusCode::CREATED);
    own.post(&format!("{account}/tokens"), json!({ "name": MARK, "role": "viewer" })).await.expect(StatusCode::CREATED);
    let role = json!({ "name": MARK, "permissions": ["view_devices"] });
    own.post(&format!("{account}/roles"), role).await.expect(StatusCode::CREATED);
    own.send(Method::PUT, &format!("{account}/restrictions"), json!({ "denied": ["wipe_devices"] }))
        .await
        .expect(StatusCode::OK);
    let quotas = json!({ "devices": 100, "collectors": null, "operators": null });
    tree.owner.send(Method::PUT, &format!("{account}/quotas"), quotas).await.expect(StatusCode::OK);
    let text = serde_json::to_string(&report(&world.digest, 1, "10.1.0.7", 100.0)).expect("JSON");
    let marked = serde_json::from_str(&text.replace("ABC123", MARK).replace("LaserJet", MARK)).expect("a report");
    let strange = report("00", 2, "10.1.0.7", 1.0);
    let reply = world.send(Uuid::now_v7(), &[marked, strange]).await.expect(StatusCode::OK);
    assert_eq!(reply["rejected"].as_array().map(Vec::len), Some(1), "{reply}");
    let devices = world.devices(tree.customer).await;
    let device = format!("{account}/devices/{}", devices[0]["id"].as_str().expect("an id"));
    own.send(Method::PATCH, &device, json!({ "name": MARK })).await.expect(StatusCode::OK);
    let group = own.post(&format!("{account}/groups"), json!({ "name": MARK })).await.expect(StatusCode::CREATED);
    let group = format!("{account}/groups/{}", group["id"].as_str().expect("an id"));
    let member = format!("{group}/devices/{}", devices[0]["id"].as_str().expect("an id"));
    own.send(Method::PUT, &member, json!({})).await.expect(StatusCode::NO_CONTENT);
    name
}

fn workers(world: &World, exports: &Path) -> Workers {
    let erasure = Erasure::new(world.server.access.clone(), exports.to_owned());
    let workers: Vec<Arc<dyn Worker>> =
        vec![Arc::new(erasure), Arc::new(Census), Arc::new(Partitions), Arc::new(Retention::default())];
    Workers::new(world.server.app.store().clone(), workers)
}

async fn run_all(workers: &Workers) {
    while workers.run_one().await.expect("runs") {}
}

#[tokio::test]
async fn after_the_grace_nothing_is_left_and_a_sibling_is_untouched() {
    let world = world().await;
    let (server, tree) = (&world.server, &world.tree);
    let store = server.app.store();
    let exports = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(exports.path().join(tree.customer.to_string())).expect("makes");
    let name = fill(&world).await;
    // somebody who works for both, and one who left the sibling a token behind
    server.operator(tree.customer, "both@dealer.example", Role::Viewer).await;
    let body = json!({ "email": "both@dealer.example", "name": "x", "role": "viewer" });
    tree.owner.post(&format!("/api/v1/accounts/{}/operators", tree.sibling), body).await.expect(StatusCode::CREATED);
    enroll(server, tree, tree.sibling).await;
    schedule(store).await.expect("schedules");
    recur(store, &[(ERASURE, std::time::Duration::from_secs(3_600))]).await.expect("schedules");
    let workers = workers(&world, exports.path());
    run_all(&workers).await;

    let mut superuser = server.database.superuser().await;
    let marked = holding(&mut superuser, MARK).await;
    for table in ["accounts", "operators", "sites", "devices", "facts", "device_identities", "audit_entries", "roles"] {
        assert!(marked.contains_key(table), "the mark should stand in {table}: {marked:?}");
    }
    let before = of(&mut superuser, tree.customer).await;
    for table in [
        "readings",
        "alerts",
        "enrollments",
        "dead_letters",
        "spools",
        "device_counts",
        "idempotency_keys",
        "quotas",
        "restrictions",
        "grants",
        "api_tokens",
        "collectors",
    ] {
        assert!(before.contains_key(table), "{table} should have rows: {:?}", before.keys());
    }
    let sealer = Sealer::new(SealKey::generate().expect("randomness"));
    seal_all(&sealer, store).await;

    let path = format!("/api/v1/accounts/{}/deletion", tree.customer);
    tree.owner.post(&path, json!({ "name": "Something else" })).await.refused(422, "invalid_input");
    tree.owner.post(&path, json!({ "name": name })).await.expect(StatusCode::ACCEPTED);
    tree.owner.post(&path, json!({ "name": name })).await.refused(409, "conflict");
    world.collector.get("/collector/v1/assignment").await.refused(403, "suspended");
    server.database.clock.advance(SignedDuration::from_hours(29 * 24));
    run_all(&workers).await;
    let account = tree.owner.get(&format!("/api/v1/accounts/{}", tree.customer)).await.expect(StatusCode::OK);
    assert!(account["erase_at"].is_string() && account["suspended_at"].is_string(), "{account}");
    let sibling = of(&mut superuser, tree.sibling).await;

    server.database.clock.advance(SignedDuration::from_hours(25));
    run_all(&workers).await;
    tree.owner.get(&format!("/api/v1/accounts/{}", tree.customer)).await.refused(404, "not_found");
    assert_eq!(holding(&mut superuser, MARK).await, BTreeMap::new());
    // a later run ends it
    server.database.clock.advance(SignedDuration::from_hours(1));
    run_all(&workers).await;
    assert_eq!(holding(&mut superuser, MARK).await, BTreeMap::new());
    assert_eq!(holding(&mut superuser, "customer.example").await, BTreeMap::new());
    let left = of(&mut superuser, tree.customer).await;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["accounts", "audit_entries"]);
    assert_eq!(left["accounts"].len(), 1, "its key is never used again");
    assert!(left["audit_entries"].iter().all(|entry| entry.contains("\"detail\": null")));
    assert!(!exports.path().join(tree.customer.to_string()).exists(), "nor is a file");

    let mut after = of(&mut superuser, tree.sibling).await;
    after.insert("device_counts".to_owned(), sibling.get("device_counts").cloned().unwrap_or_default());
    after.retain(|_, rows| !rows.is_empty());
    assert_eq!(after, sibling);
    let people: Vec<String> =
        sqlx::query_scalar("select email from operators order by 1").fetch_all(&mut superuser).await.expect("reads");
    assert_eq!(people, ["both@dealer.example"]);
    let failed: Vec<(String, String)> = sqlx::query_as("select kind, error from jobs where error is not null")
        .fetch_all(&mut superuser)
        .await
        .expect("reads");
    assert!(failed.is_empty(), "the platform's jobs go on beside a tombstone: {failed:?}");
    seal_all(&sealer, store).await;
    let report = verify(store, &[sealer.public_key()], None).await.expect("verifies");
    assert!(report.is_whole() && report.erased > 0, "{report:?}");
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit?action=account.erased", tree.dealer)).await;
    assert_eq!(audit.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_deletion_is_cancelled_in_time() {
    let world = world().await;
    let tree = &world.tree;
    let account = format!("/api/v1/accounts/{}", tree.customer);
    let path = format!("{account}/deletion");
    tree.owner.delete(&path).await.refused(404, "not_found");
    // one that was suspended before stays so
    for suspended in [false, true] {
        if suspended {
            tree.owner.post(&format!("{account}/suspend"), json!({})).await.expect(StatusCode::OK);
        }
        tree.owner.post(&path, json!({ "name": "Customer" })).await.expect(StatusCode::ACCEPTED);
        tree.owner.post(&format!("{account}/resume"), json!({})).await.refused(409, "conflict");
        tree.owner.delete(&path).await.expect(StatusCode::NO_CONTENT);
        let view = tree.owner.get(&account).await.expect(StatusCode::OK);
        assert_eq!((view["suspended_at"].is_string(), &view["erase_at"]), (suspended, &json!(null)));
    }
    world.server.database.clock.advance(SignedDuration::from_hours(60 * 24));
    let store = world.server.app.store();
    recur(store, &[(ERASURE, std::time::Duration::from_secs(3_600))]).await.expect("schedules");
    run_all(&workers(&world, Path::new("/nonexistent"))).await;
    tree.owner.get(&account).await.expect(StatusCode::OK);
    // an admin runs the business, and does not end it
    let admin = world.server.token(tree.dealer, Role::Admin).await;
    admin.post(&path, json!({ "name": "Customer" })).await.refused(403, "denied");
}

/// A whole branch goes, also the accounts in it; who is left without a grant but is named elsewhere keeps an id.
#[tokio::test]
async fn a_branch_is_erased_with_the_accounts_in_it() {
    let world = world().await;
    let (server, tree) = (&world.server, &world.tree);
    server.operator(tree.customer, "left@behind.example", Role::Viewer).await;
    let mut superuser = server.database.superuser().await;
    let operator: Uuid = sqlx::query_scalar("select id from operators").fetch_one(&mut superuser).await.expect("one");
    let path = format!("/api/v1/accounts/{}/accounts", AccountId::ROOT);
    let other = tree.root.post(&path, json!({ "name": "Other", "kind": "dealer" })).await.expect(StatusCode::CREATED);
    let other: AccountId = other["id"].as_str().expect("an id").parse().expect("a UUID");
    server.token(other, Role::Viewer).await;
    sqlx::query("update api_tokens set created_by = $1 where tenant_id = $2")
        .bind(operator)
        .bind(other)
        .execute(&mut superuser)
        .await
        .expect("updates");

    let path = format!("/api/v1/accounts/{}/deletion", tree.dealer);
    tree.root.post(&path, json!({ "name": "Dealer" })).await.expect(StatusCode::ACCEPTED);
    server.database.clock.advance(SignedDuration::from_hours(31 * 24));
    let store = server.app.store();
    recur(store, &[(ERASURE, std::time::Duration::from_secs(3_600))]).await.expect("schedules");
    let workers = workers(&world, Path::new("/nonexistent"));
    run_all(&workers).await;
    server.database.clock.advance(SignedDuration::from_hours(1));
    run_all(&workers).await;
    for account in [tree.dealer, tree.customer, tree.sibling] {
        let left = of(&mut superuser, account).await;
        assert_eq!(left.keys().collect::<Vec<_>>(), ["accounts", "audit_entries"], "{account}");
        tree.root.get(&format!("/api/v1/accounts/{account}")).await.refused(404, "not_found");
    }
    assert_eq!(holding(&mut superuser, "left@behind.example").await, BTreeMap::new());
    let names: Vec<(Uuid, String)> =
        sqlx::query_as("select id, name from operators").fetch_all(&mut superuser).await.expect("reads");
    assert_eq!(names, [(operator, "Erased".to_owned())]);
    let listed = tree.root.get(&format!("/api/v1/accounts/{}/accounts?depth=subtree", AccountId::ROOT)).await;
    assert_eq!(listed.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(1), "tombstones are unseen");
}
