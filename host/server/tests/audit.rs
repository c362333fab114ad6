//! The audit over the wire: what an auditor takes along is whole, filtered, and proven.

use bailiwick_access::Role;
use bailiwick_audit::{SealKey, Sealer, check_export};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    isolation::Client,
    support::{Reply, Server},
};

const MANY: u64 = 1_234;

/// Whoever has been in an account is known there by name, though neither it nor its account is in sight otherwise.
#[tokio::test]
async fn an_account_reads_who_came_from_above() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "dora@dealer.example", Role::Owner).await;
    server.operator(tree.customer, "carl@customer.example", Role::Owner).await;
    let dora = Client::sign_in(&server.base, "dora@dealer.example").await;
    let carl = Client::sign_in(&server.base, "carl@customer.example").await;
    let site = json!({ "name": "Keller" });
    dora.post(&format!("/api/v1/accounts/{}/sites", tree.customer), site).await.expect(StatusCode::CREATED);
    let path = format!("/api/v1/accounts/{}/audit?from_above=true&action=site.", tree.customer);
    let entry = &carl.get(&path).await.expect(StatusCode::OK)["items"][0];
    assert_eq!(entry["actor"]["name"], "Test Operator");
    assert_eq!(entry["through"], json!({ "id": tree.dealer, "name": "Dealer" }));
    carl.get(&format!("/api/v1/accounts/{}", tree.dealer)).await.refused(404, "not_found");
    let operators = carl.get(&format!("/api/v1/accounts/{}/operators", tree.customer)).await.expect(StatusCode::OK);
    assert!(!operators.to_string().contains("dora@"), "{operators}");
}

/// A site and a collector are changed by way of the dealer's own account, and it stands where they are.
#[tokio::test]
async fn what_a_dealer_changes_by_its_own_path_is_told_at_the_customer() {
    let world = crate::collectors::world().await;
    let tree = &world.tree;
    let (dealer, customer) =
        (format!("/api/v1/accounts/{}", tree.dealer), format!("/api/v1/accounts/{}", tree.customer));
    let first = async |what: &str| {
        let found = tree.owner.get(&format!("{dealer}/{what}")).await.expect(StatusCode::OK);
        format!("{dealer}/{what}/{}", found["items"][0]["id"].as_str().expect("an id"))
    };
    let (site, collector) = (first("sites").await, first("collectors").await);
    tree.owner.send(Method::PATCH, &site, json!({ "name": "Elsewhere" })).await.expect(StatusCode::OK);
    let scan = tree.owner.post(&format!("{collector}/scan"), json!({})).await;
    assert!(scan.status.is_success(), "{}", scan.text);
    let revoked = tree.owner.send(Method::DELETE, &collector, json!({})).await;
    assert!(revoked.status.is_success(), "{}", revoked.text);
    let revoked = tree.owner.send(Method::DELETE, &site, json!({})).await;
    assert!(revoked.status.is_success(), "{}", revoked.text);
    let told = async |account: &str| {
        let audit = tree.owner.get(&format!("{account}/audit?limit=100")).await.expect(StatusCode::OK);
        let items = audit["items"].as_array().expect("items").clone();
        let of_them = |entry: &&Value| {
            let action = entry["action"].as_str().unwrap_or("");
            ["site.updated", "site.deleted", "collector.scan_requested", "collector.revoked"].contains(&action)
        };
        items.iter().filter(of_them).cloned().collect::<Vec<_>>()
    };
    let there = told(&customer).await;
    assert_eq!(there.len(), 4, "{there:?}");
    assert!(told(&dealer).await.is_empty());
}

#[tokio::test]
async fn an_export_is_whole_and_proven() {
    let server = Server::start().await;
    let tree = server.tree().await;
    // more than is read at once, in some order of time
    sqlx::query(
        "insert into audit_entries (tenant_id, at, id, actor, action, object_kind, object_id, detail, salt)
         select $1, now() - i % 40 * interval '1 hour', gen_random_uuid(), 'system:test', 'device.updated', 'device',
                i::text, '{}', decode(md5(i::text), 'hex') from generate_series(1, $2) i",
    )
    .bind(tree.customer)
    .bind(i64::try_from(MANY).expect("fits"))
    .execute(&mut server.database.superuser().await)
    .await
    .expect("writes");
    let sealer = Sealer::new(SealKey::generate().expect("randomness"));
    // other tests' transactions on the same server may hold the horizon back for a moment
    let (path, auditor) =
        (format!("/api/v1/accounts/{}/audit/export", tree.customer), server.token(tree.customer, Role::Auditor).await);
    let mut checked = None;
    for _ in 0..600 {
        while sealer.run_once(server.app.store()).await.expect("seals").is_some() {}
        let reply = auditor.get(&format!("{path}?action=device.")).await;
        assert_eq!(reply.headers["content-type"], "application/x-ndjson");
        let text = reply.text;
        let found = check_export(&text, &[sealer.public_key()]).expect("holds");
        assert_eq!(found.proven + found.unsealed, MANY, "no part is missing, and nothing but what was asked for");
        if found.unsealed == 0 {
            checked = Some(text);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let text = checked.expect("all is sealed within a minute");
    let times: Vec<i64> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).expect("JSON")["entry"]["at"].as_i64())
        .collect();
    assert!(times.is_sorted() && times.len() as u64 == MANY, "oldest first");

    // the dealer's own audit is another
    let dealers = format!("/api/v1/accounts/{}/audit/export?action=device.", tree.dealer);
    assert_eq!(tree.owner.get(&dealers).await.text, "");
    let stranger = server.token(tree.sibling, Role::Owner).await;
    stranger.get(&path).await.refused(404, "not_found");
    auditor.get(&format!("{path}?actor=nobody")).await.refused(422, "invalid_input");
    let post = Reply::of(auditor.call(Method::POST, &path)).await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
}
