//! What every call passes: headers, limits, wrong JSON, the portal's files, figures.

use bailiwick::{
    config::Transport,
    edge::{Problem, Tabular as _, metrics},
};
use bailiwick_access::Role;
use bailiwick_store::{AccountId, Actor, StoreError};
use reqwest::{Method, StatusCode};

use crate::support::{Reply, Server, client, provider};

#[tokio::test]
async fn wrong_json_is_told_apart_and_named() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/sites", tree.customer);
    let send = |mime: &'static str, body: &'static str| {
        Reply::of(tree.owner.call(Method::POST, &path).header("content-type", mime).body(body))
    };
    send("application/json", "{\"name\": ").await.refused(400, "malformed_json");
    send("application/json", "{\"name\": \"x\"} trailing").await.refused(400, "malformed_json");
    send("text/plain", "{\"name\": \"x\"}").await.refused(415, "unsupported_media_type");
    let shape = send("application/json", "{\"name\": \"x\", \"settings\": {\"ranges\": [1]}}").await;
    shape.refused(422, "invalid_input");
    assert_eq!(shape.json()["errors"][0]["field"], "settings.ranges[0]");
    send("application/json", "{\"name\": \"x\", \"nmae\": 1}").await.refused(422, "invalid_input");
    for body in ["[\"x\", null, {}]", "{\"name\": \"x\", \"settings\": [[\"10.0.0.0/24\"]]}", "{\"name\": 1}", "7"] {
        let shape = send("application/json", body).await;
        shape.refused(422, "invalid_input");
        assert!(!["struct", "Body", "SiteSettings"].iter().any(|word| shape.text.contains(word)), "{}", shape.text);
    }
}

#[tokio::test]
async fn what_the_database_cannot_keep_is_the_caller_s_fault() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let account = format!("/api/v1/accounts/{}", tree.dealer);
    for list in [
        "accounts?q=a%00b",
        "devices?q=%00",
        "devices?driver=%00",
        "alerts?driver=x%00",
        "audit?action=%00.",
        "sites?%00",
    ] {
        tree.owner.get(&format!("{account}/{list}")).await.refused(422, "invalid_input");
    }
    let mut scope = server.app.store().scope(&Actor::system("test"), tree.dealer).await.expect("a scope");
    let refused = sqlx::query("select $1::text").bind("a\0b").execute(scope.sql()).await.expect_err("refused");
    let problem = Problem::from(StoreError::from(refused));
    assert_eq!((problem.status(), problem.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_input"));
    let missing = sqlx::query("select nothing").execute(scope.sql()).await.expect_err("refused");
    assert_eq!(Problem::from(StoreError::from(missing)).code(), "internal", "a fault of the server stays one");
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let top = format!("/api/v1/accounts/{}", tree.dealer);
    let first = tree.owner.get(&format!("{top}/accounts?depth=subtree&limit=1")).await.expect(StatusCode::OK);
    let cursor = first["next"].as_str().expect("a next page");
    tree.owner.get(&format!("{top}/accounts?depth=subtree&limit=1&cursor={cursor}")).await.expect(StatusCode::OK);
    for list in ["devices", "alerts", "collectors", "enrollments", "audit", "sites", "operators", "tokens", "drivers"] {
        tree.owner.get(&format!("{top}/{list}?cursor={cursor}")).await.refused(422, "invalid_cursor");
    }
    let other = format!("/api/v1/accounts/{}/accounts?cursor={cursor}", tree.customer);
    tree.owner.get(&other).await.refused(422, "invalid_cursor");
}

#[tokio::test]
async fn a_body_in_a_coding_that_is_not_read_is_refused() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let sites = format!("/api/v1/accounts/{}/sites", tree.customer);
    let coded = |path: &str, coding: &'static str| {
        let request = tree.owner.call(Method::POST, path).header("content-encoding", coding);
        Reply::of(request.header("content-type", "application/json").body("{}"))
    };
    for (path, coding) in [(sites.as_str(), "gzip"), ("/collector/v1/status", "gzip"), ("/collector/v1/reports", "br")]
    {
        let reply = coded(path, coding).await;
        reply.refused(415, "unsupported_encoding");
        let read = if path.ends_with("reports") { "gzip" } else { "identity" };
        assert_eq!(reply.headers["accept-encoding"], read);
    }
    coded(&sites, "identity").await.refused(422, "invalid_input");
}

#[tokio::test]
async fn a_list_as_csv_has_its_columns_and_a_name() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let get = |list: &str| {
        let path = format!("/api/v1/accounts/{}/{list}", tree.customer);
        Reply::of(tree.owner.call(Method::GET, &path).header("accept", "application/json;q=0.1, text/csv"))
    };
    let devices = get("devices").await;
    assert_eq!(devices.headers["content-disposition"], "attachment; filename=\"devices.csv\"");
    assert!(devices.text.starts_with("id,account.id,account.name,site.id,") && devices.text.lines().count() == 1);
    let audit = get("audit").await;
    assert!(
        audit
            .text
            .starts_with("id,at,actor.kind,actor.id,actor.name,as.kind,as.id,as.name,through.id,through.name,action,"),
        "{}",
        audit.text
    );
    assert!(audit.text.lines().next().is_some_and(|head| head.ends_with(",source,before,after,reason,erased,sealed")));
    assert!(audit.text.lines().count() > 1);
}

/// A field that is added to a row is added to its columns too.
#[test]
fn columns_are_those_of_the_document() {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let schema = |name: &str| document["components"]["schemas"][name]["properties"].as_object().expect(name).clone();
    let check = |name: &str, columns: &[&str]| {
        let mut fields: Vec<&str> = columns.iter().filter_map(|column| column.split('.').next()).collect();
        fields.dedup();
        assert_eq!(fields, schema(name).keys().collect::<Vec<_>>(), "{name}");
    };
    check("Account", bailiwick::accounts::AccountView::COLUMNS);
    check("AccountOperator", bailiwick::operators::AccountOperator::COLUMNS);
    check("Token", bailiwick::tokens::TokenView::COLUMNS);
    check("Site", bailiwick::sites::SiteView::COLUMNS);
    // the columns of headlines are those of the granted drivers
    check("Device", &[bailiwick::devices::DeviceView::COLUMNS, &["headlines"]].concat());
    check("Enrollment", bailiwick::enrollments::EnrollmentView::COLUMNS);
    check("Driver", bailiwick::drivers::DriverView::COLUMNS);
    check("AuditEntry", bailiwick::audit::AuditEntry::COLUMNS);
}

#[tokio::test]
async fn bodies_are_bounded_and_methods_known() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/sites", tree.customer);
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 << 20));
    let request = tree.owner.call(Method::POST, &path).header("content-type", "application/json").body(large);
    Reply::of(request).await.refused(413, "payload_too_large");
    tree.owner.send(Method::PUT, &path, serde_json::json!({})).await.refused(405, "method_not_allowed");
    tree.owner.get("/api/v1/nothing").await.refused(404, "not_found");
    let anonymous = client().post(format!("{}/api/v1/drivers", server.base)).body(vec![0_u8; 3 << 20]);
    Reply::of(anonymous).await.refused(401, "missing_credentials");
}

#[tokio::test]
async fn every_reply_tells_a_browser_what_it_may_do() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/session", "/a/some/page", "/api/v1/openapi.json"] {
        let reply = Reply::of(client().get(format!("{}{path}", server.base))).await;
        let csp = reply.headers["content-security-policy"].to_str().expect("ASCII");
        assert!(
            csp.starts_with("default-src 'self';") && csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe"),
            "{csp}"
        );
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["x-frame-options"], "DENY");
        assert!(reply.headers.contains_key("permissions-policy") && reply.headers.contains_key("referrer-policy"));
        assert!(!reply.headers.contains_key("strict-transport-security"), "no HSTS without HTTPS");
    }
    let api = Reply::of(client().get(format!("{}/api/v1/session", server.base))).await;
    assert_eq!(api.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_page_of_the_portal_is_its_entry_page_and_a_missing_file_is_missing() {
    let server = Server::start().await;
    let page = Reply::of(client().get(format!("{}/a/some/page", server.base))).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<!doctype html>") || page.text.contains("<!DOCTYPE html>"));
    Reply::of(client().get(format!("{}/assets/absent-12345678.js", server.base))).await.refused(404, "not_found");
    for path in ["/api", "/api/v2/x", "/collector", "/d/x", "/metrics", "/healthz", "/readyz", "/.git/config", "/a.b/c"]
    {
        Reply::of(client().get(format!("{}{path}", server.base))).await.refused(404, "not_found");
    }
    if let Some(etag) = page.headers.get("etag") {
        let again = client().get(format!("{}/a/some/page", server.base)).header("if-none-match", etag);
        assert_eq!(Reply::of(again).await.status, StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn behind_a_proxy_only_the_proxy_is_heard_and_cookies_are_secure() {
    let server =
        Server::with(|config| config.transport = Transport::Proxied(vec!["127.0.0.0/8".parse().expect("net")])).await;
    server.operator(AccountId::ROOT, "a@example.org", Role::Owner).await;
    let url = format!("{}/api/v1/session", server.base);
    Reply::of(client().get(&url)).await.refused(403, "https_required");
    let body = serde_json::json!({ "email": "a@example.org", "password": crate::support::PASSWORD });
    let request =
        client().post(&url).header("x-forwarded-proto", "https").header("x-forwarded-for", "203.0.113.7").json(&body);
    let reply = Reply::of(request).await;
    let cookie = reply.headers["set-cookie"].to_str().expect("ASCII");
    assert!(cookie.starts_with("__Host-bailiwick=") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(reply.headers["strict-transport-security"], "max-age=63072000; includeSubDomains");
    let session = cookie.split(';').next().unwrap_or_default().to_owned();
    let own = client()
        .get(format!("{}/api/v1/sessions", server.base))
        .header("x-forwarded-proto", "https")
        .header("cookie", session);
    let own = Reply::of(own).await.expect(StatusCode::OK);
    assert_eq!(own["items"][0]["source"], "203.0.113.7");

    let strict =
        Server::with(|config| config.transport = Transport::Proxied(vec!["10.0.0.0/8".parse().expect("net")])).await;
    let request = client().get(format!("{}/api/v1/session", strict.base)).header("x-forwarded-proto", "https");
    Reply::of(request).await.refused(403, "proxy_required");
}

#[tokio::test]
async fn figures_and_health_are_on_their_own_port() {
    let server = Server::start().await;
    let tree = server.tree().await;
    tree.owner.get(&format!("/api/v1/accounts/{}", AccountId::new())).await.refused(404, "not_found");
    provider();
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let base = format!("http://{}", socket.local_addr().expect("an address"));
    let router = metrics::router(server.app.clone());
    let task = tokio::spawn(async move { axum::serve(socket, router).await });
    let get = |path: &'static str| Reply::of(client().get(format!("{base}{path}")));
    assert_eq!(get("/healthz").await.status, StatusCode::OK);
    assert_eq!(get("/readyz").await.status, StatusCode::OK);
    let text = get("/metrics").await.text;
    assert!(text.contains("bailiwick_http_problems_total{code=\"not_found\"} 1"), "{text}");
    assert!(text.contains("route=\"/api/v1/accounts/{id}\""), "{text}");
    assert!(!text.contains(&tree.dealer.to_string()), "no ids in figures");
    server.app.stop();
    assert_eq!(get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    task.abort();
    let public = Reply::of(client().get(format!("{}/metrics", server.base))).await;
    assert!(!public.text.contains("bailiwick_http"), "figures are not public");
}
