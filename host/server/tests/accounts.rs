//! The tree, and what strangers see of it: nothing.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Reply, Server};

#[tokio::test]
async fn the_tree_is_built_and_read() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let all = tree.root.get(&format!("/api/v1/accounts/{}/accounts?depth=subtree", AccountId::ROOT)).await;
    let all = all.expect(StatusCode::OK);
    let names: Vec<_> =
        all["items"].as_array().expect("items").iter().map(|a| a["name"].as_str().unwrap_or("")).collect();
    assert_eq!(names, ["Customer", "Dealer", "Sibling"]);
    let path: Vec<_> =
        all["items"][0]["path"].as_array().expect("path").iter().map(|s| s["kind"].as_str().unwrap_or("")).collect();
    assert_eq!(path, ["platform", "dealer", "customer"]);

    let mine = server.token(tree.customer, Role::Viewer).await;
    let own = mine.get(&format!("/api/v1/accounts/{}", tree.customer)).await.expect(StatusCode::OK);
    assert_eq!(own["parent_id"], json!(null), "what lies above does not exist");
    assert_eq!(own["path"].as_array().map(Vec::len), Some(1));
    assert_eq!(own["counts"], json!({ "devices": 0, "alerts_open": 0, "collectors": 0 }));

    let path = format!("/api/v1/accounts/{}", tree.customer);
    let renamed = tree.owner.send(Method::PATCH, &path, json!({ "name": "Renamed" })).await.expect(StatusCode::OK);
    assert_eq!(renamed["name"], "Renamed");
    let audit = tree.owner.get(&format!("{path}/audit?action=account.")).await.expect(StatusCode::OK);
    assert_eq!(audit["items"][0]["action"], "account.renamed");
    assert_eq!(audit["items"][0]["after"]["name"], "Renamed");
}

/// Attack: how much an account holds, asked for by who runs the platform and by who only bills.
#[tokio::test]
async fn figures_are_for_who_may_look_at_devices() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let billing = server.token(tree.dealer, Role::Billing).await;
    for (who, top) in [(&tree.root, AccountId::ROOT), (&billing, tree.dealer)] {
        let list = format!("/api/v1/accounts/{top}/accounts?depth=subtree");
        let found = who.get(&list).await.expect(StatusCode::OK);
        let items = found["items"].as_array().expect("items");
        assert!(!items.is_empty() && items.iter().all(|account| account["counts"].is_null()), "{found}");
        for account in [top, tree.dealer, tree.customer] {
            let one = who.get(&format!("/api/v1/accounts/{account}")).await.expect(StatusCode::OK);
            assert_eq!(one["counts"], json!(null));
            who.get(&format!("/api/v1/accounts/{account}/summary")).await.refused(403, "denied");
        }
        let csv = Reply::of(who.call(Method::GET, &list).header("accept", "text/csv")).await;
        let columns = csv.text.lines().next().expect("a head").split(',').collect::<Vec<_>>();
        let devices = columns.iter().position(|column| *column == "counts.devices").expect("a column");
        for line in csv.text.lines().skip(1) {
            assert_eq!(line.split(',').nth(devices), Some(""), "{line}");
        }
    }
    let own = tree.owner.get(&format!("/api/v1/accounts/{}/accounts", tree.dealer)).await.expect(StatusCode::OK);
    assert_eq!(own["items"][0]["counts"]["devices"], 0);
}

#[tokio::test]
async fn pages_follow_each_other() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let list = format!("/api/v1/accounts/{}/accounts?limit=1", tree.dealer);
    let first = tree.owner.get(&list).await.expect(StatusCode::OK);
    let cursor = first["next"].as_str().expect("a next page");
    let second = tree.owner.get(&format!("{list}&cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!(
        (first["items"][0]["name"].as_str(), second["items"][0]["name"].as_str()),
        (Some("Customer"), Some("Sibling"))
    );
    assert_eq!(second["next"], json!(null));
    tree.owner.get(&format!("{list}&cursor=zzz")).await.refused(422, "invalid_cursor");
    tree.owner.get(&format!("/api/v1/accounts/{}/accounts?limit=0", tree.dealer)).await.refused(422, "invalid_input");
    tree.owner
        .get(&format!("/api/v1/accounts/{}/accounts?limit=many", tree.dealer))
        .await
        .refused(422, "invalid_input");
}

#[tokio::test]
async fn csv_gives_the_same_rows_without_formulas() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/accounts", tree.dealer);
    tree.owner.post(&path, json!({ "name": "=cmd()", "kind": "customer" })).await.expect(StatusCode::CREATED);
    let csv = Reply::of(tree.owner.call(Method::GET, &path).header("accept", "text/csv")).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 4);
    assert!(csv.text.contains(",'=cmd(),") && csv.text.starts_with("id,key,name,kind,"), "{}", csv.text);
}

/// Every path below an account, with a method and a body that would be fine for its owner.
pub fn paths(account: AccountId) -> Vec<(Method, String, serde_json::Value)> {
    let id = "0190c0de-0000-7000-8000-000000000001";
    let at = |method: Method, path: &str, body| (method, format!("/api/v1/accounts/{account}{path}"), body);
    let none = || json!({});
    vec![
        at(Method::GET, "", none()),
        at(Method::PATCH, "", json!({ "name": "x" })),
        at(Method::GET, "/accounts", none()),
        at(Method::POST, "/accounts", json!({ "name": "x", "kind": "customer" })),
        at(Method::POST, "/suspend", json!({ "reason": "x" })),
        at(Method::POST, "/resume", none()),
        at(Method::POST, "/deletion", json!({ "name": "x" })),
        at(Method::DELETE, "/deletion", none()),
        at(Method::POST, "/move", json!({ "parent_id": id })),
        at(Method::GET, "/moves", none()),
        at(Method::GET, "/quotas", none()),
        at(Method::PUT, "/quotas", json!({ "devices": 1, "collectors": null, "operators": null })),
        at(Method::GET, "/usage?from=2026-11-01&to=2026-11-30", none()),
        at(Method::GET, "/exports", none()),
        at(Method::POST, "/exports", none()),
        at(Method::GET, &format!("/exports/{id}"), none()),
        at(Method::GET, "/summary", none()),
        at(Method::GET, "/operators", none()),
        at(Method::POST, "/operators", json!({ "email": "a@b.c", "name": "x", "role": "viewer" })),
        at(Method::PATCH, &format!("/operators/{id}"), json!({ "role": "viewer" })),
        at(Method::DELETE, &format!("/operators/{id}"), none()),
        at(Method::GET, "/invitations", none()),
        at(Method::POST, "/invitations", json!({ "email": "a@b.c", "role": "viewer" })),
        at(Method::DELETE, &format!("/invitations/{id}"), none()),
        at(Method::GET, "/mails", none()),
        at(Method::GET, "/egress", none()),
        at(Method::POST, "/egress", json!({ "purpose": "webhook", "host": "hooks.example.com" })),
        at(Method::DELETE, &format!("/egress/{id}"), none()),
        at(Method::GET, "/roles", none()),
        at(Method::POST, "/roles", json!({ "name": "x", "permissions": ["view_devices"] })),
        at(Method::PUT, &format!("/roles/{id}"), json!({ "name": "x", "permissions": ["view_devices"] })),
        at(Method::DELETE, &format!("/roles/{id}"), none()),
        at(Method::GET, "/restrictions", none()),
        at(Method::PUT, "/restrictions", json!({ "denied": [] })),
        at(Method::GET, "/elevation", none()),
        at(Method::POST, "/elevation", json!({ "reason": "x", "minutes": 1, "code": "000000" })),
        at(Method::DELETE, "/elevation", none()),
        at(Method::POST, "/view-as", json!({ "operator_id": id, "reason": "x", "minutes": 1 })),
        at(Method::GET, "/tokens", none()),
        at(Method::POST, "/tokens", json!({ "name": "x", "role": "viewer" })),
        at(Method::DELETE, &format!("/tokens/{id}"), none()),
        at(Method::GET, "/sign-in", none()),
        at(
            Method::PUT,
            "/sign-in",
            json!({ "issuer": "https://x.example", "client_id": "x", "passwords": "refused", "default_role": null,
                    "domains": [] }),
        ),
        at(Method::DELETE, "/sign-in", none()),
        at(Method::POST, "/sign-in/test", json!({ "issuer": "https://x.example" })),
        at(Method::GET, "/sign-in/domains", none()),
        at(Method::PUT, "/sign-in/domains/x.example", json!({ "confirmed": true })),
        at(Method::GET, "/groups", none()),
        at(Method::POST, "/groups", json!({ "name": "x" })),
        at(Method::GET, &format!("/groups/{id}"), none()),
        at(Method::PATCH, &format!("/groups/{id}"), json!({ "name": "x" })),
        at(Method::DELETE, &format!("/groups/{id}"), none()),
        at(Method::PUT, &format!("/groups/{id}/devices/{id}"), none()),
        at(Method::DELETE, &format!("/groups/{id}/devices/{id}"), none()),
        at(Method::GET, "/sites", none()),
        at(Method::POST, "/sites", json!({ "name": "x" })),
        at(Method::GET, &format!("/sites/{id}"), none()),
        at(Method::PATCH, &format!("/sites/{id}"), json!({ "name": "x" })),
        at(Method::DELETE, &format!("/sites/{id}"), none()),
        at(Method::GET, "/devices", none()),
        at(Method::GET, &format!("/devices/{id}"), none()),
        at(Method::PATCH, &format!("/devices/{id}"), json!({ "name": "x" })),
        at(Method::DELETE, &format!("/devices/{id}"), none()),
        at(Method::POST, &format!("/devices/{id}/restore"), none()),
        at(Method::GET, &format!("/devices/{id}/readings?meter=pages"), none()),
        at(Method::GET, &format!("/devices/{id}/alerts"), none()),
        at(Method::GET, "/alerts", none()),
        at(Method::POST, &format!("/alerts/{id}/acknowledge"), none()),
        at(Method::GET, "/collectors", none()),
        at(Method::GET, "/collectors/enrollments", none()),
        at(Method::POST, "/collectors/enrollments", json!({ "name": "x", "site_id": id })),
        at(Method::DELETE, &format!("/collectors/enrollments/{id}"), none()),
        at(Method::DELETE, &format!("/collectors/{id}"), none()),
        at(Method::POST, &format!("/collectors/{id}/scan"), none()),
        at(Method::POST, &format!("/collectors/{id}/vouch"), none()),
        at(Method::GET, "/enrollments", none()),
        at(Method::GET, "/drivers", none()),
        at(Method::GET, "/drivers/test-driver", none()),
        at(Method::PUT, "/drivers/test-driver", json!({ "granted": true })),
        at(
            Method::POST,
            "/drivers/test-driver/grants",
            json!({ "accounts": [id], "digest": "0".repeat(64), "extent": "all" }),
        ),
        at(Method::GET, "/audit", none()),
        at(Method::GET, "/audit/export", none()),
        at(Method::GET, "/branding", none()),
        at(Method::PUT, "/branding", json!({ "name": "x" })),
        at(Method::PUT, "/branding/host", json!({ "host": "portal.example.com" })),
        at(Method::PUT, "/branding/logo", none()),
        at(Method::DELETE, "/branding/logo", none()),
    ]
}

#[tokio::test]
async fn an_account_of_somebody_else_does_not_exist() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let stranger = server.token(tree.sibling, Role::Owner).await;
    for account in [tree.customer, tree.dealer, AccountId::ROOT, AccountId::new()] {
        for (method, path, body) in paths(account) {
            let reply = stranger.send(method.clone(), &path, body).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}: {}", reply.text);
            reply.refused(404, "not_found");
        }
    }
    stranger.get(&format!("/api/v1/events?account={}", tree.customer)).await.refused(404, "not_found");
    stranger.get("/api/v1/accounts/not-an-id").await.refused(404, "not_found");
}

#[tokio::test]
async fn the_table_of_paths_is_that_of_the_document() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let mut documented: Vec<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .filter(|(path, _)| path.starts_with("/api/v1/accounts/"))
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, _)| format!("{method} {path}"))
        })
        .collect();
    documented.sort();
    assert_eq!(documented.len(), paths(AccountId::ROOT).len(), "{documented:#?}");
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let viewer = server.token(tree.customer, Role::Viewer).await;
    for (method, path, body) in paths(tree.customer) {
        let reply = viewer.send(method.clone(), &path, body).await;
        let owners = [
            "/operators",
            "/invitations",
            "/mails",
            "/egress",
            "/roles",
            "/tokens",
            "/audit",
            "/elevation",
            "/moves",
            "/quotas",
            "/usage",
            "/exports",
            "/sign-in",
            "/collectors/enrollments",
        ]
        .iter()
        .any(|p| path.contains(p));
        if method == Method::GET && !owners {
            assert!(matches!(reply.status.as_u16(), 200 | 404), "{method} {path}: {}", reply.text);
        } else {
            reply.refused(403, "denied");
        }
    }
}

#[tokio::test]
async fn sites_keep_their_community_to_themselves() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let api = server.token(tree.customer, Role::Technician).await;
    let sites = format!("/api/v1/accounts/{}/sites", tree.customer);
    let body = json!({ "name": "Haus 1", "settings": { "ranges": ["10.1.0.0/24"], "poll_seconds": 60, "community": "hunter2" } });
    let made = api.post(&sites, body).await.expect(StatusCode::CREATED);
    assert_eq!(made["community_set"], true);
    let site = format!("{sites}/{}", made["id"].as_str().expect("an id"));
    let read = api.get(&site).await;
    assert!(!read.text.contains("hunter2"));
    assert_eq!(read.json()["ranges"], json!(["10.1.0.1-10.1.0.254"]), "as it is understood");
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit", tree.customer)).await;
    assert!(!audit.text.contains("hunter2"), "nor does the audit tell");

    let wrong = api.post(&sites, json!({ "name": "x", "settings": { "ranges": ["10.1.0.0/24", "everywhere"] } })).await;
    wrong.refused(422, "invalid_input");
    assert_eq!(wrong.json()["errors"][0]["field"], "settings.ranges[1]");
    let cleared =
        api.send(Method::PATCH, &site, json!({ "settings": { "community": "" } })).await.expect(StatusCode::OK);
    assert_eq!(cleared["community_set"], false);
    assert_eq!(cleared["poll_seconds"], 60, "what was not named stays");
    api.delete(&site).await.expect(StatusCode::NO_CONTENT);
    api.get(&site).await.refused(404, "not_found");
}

#[tokio::test]
async fn operators_are_added_changed_and_removed() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let operators = format!("/api/v1/accounts/{}/operators", tree.customer);
    let added =
        tree.owner.post(&operators, json!({ "email": "new@example.org", "name": "New", "role": "viewer" })).await;
    let added = added.expect(StatusCode::CREATED);
    assert_eq!(added["initial_password"].as_str().map(str::len), Some(20));
    tree.owner
        .post(&operators, json!({ "email": "NEW@example.org", "name": "New", "role": "viewer" }))
        .await
        .refused(409, "conflict");
    tree.owner
        .post(&operators, json!({ "email": "nothing", "name": "New", "role": "viewer" }))
        .await
        .refused(422, "invalid_input");
    let one = format!("{operators}/{}", added["id"].as_str().expect("an id"));
    let changed = tree.owner.send(Method::PATCH, &one, json!({ "role": "owner" })).await.expect(StatusCode::OK);
    assert_eq!(changed["role"], "owner");
    tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    tree.owner.delete(&one).await.refused(404, "not_found");
}
