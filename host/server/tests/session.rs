//! Signing in, the cookie, CSRF, tokens and their ends.

use bailiwick_access::{Role, tokens::NewToken};
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::{Client, Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, Reply, Server, client_builder};

const EMAIL: &str = "owner@example.org";

pub async fn sign_in(server: &Server, email: &str, password: &str) -> (Client, Reply) {
    let client = client_builder().cookie_store(true).build().expect("a client");
    let request =
        client.post(format!("{}/api/v1/session", server.base)).json(&json!({ "email": email, "password": password }));
    let reply = Reply::of(request).await;
    (client, reply)
}

#[tokio::test]
async fn signing_in_gives_a_session_and_signing_out_ends_it() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    let (client, reply) = sign_in(&server, "Owner@Example.org", PASSWORD).await;
    let cookie = reply.headers["set-cookie"].to_str().expect("ASCII").to_owned();
    for part in ["bailiwick=bws_", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let csrf = reply.expect(StatusCode::OK)["csrf"].as_str().expect("csrf").to_owned();

    let url = format!("{}/api/v1/session", server.base);
    let session = Reply::of(client.get(&url)).await.expect(StatusCode::OK);
    assert_eq!(session["operator"]["email"], EMAIL);
    assert_eq!(session["csrf"], csrf.as_str());
    assert_eq!(session["grants"][0]["role"], "owner");
    assert_eq!(session["grants"][0]["account"]["kind"], "platform");

    let own = Reply::of(client.get(format!("{}/api/v1/sessions", server.base))).await.expect(StatusCode::OK);
    assert_eq!(own["items"][0]["current"], true);

    Reply::of(client.delete(&url)).await.refused(403, "csrf");
    let forged = client.patch(&url).header("x-csrf-token", "0".repeat(64)).json(&json!({ "name": "Forged" }));
    Reply::of(forged).await.refused(403, "csrf");
    let changed = client.patch(&url).header("x-csrf-token", &csrf).json(&json!({ "name": "New Name", "locale": "de" }));
    assert_eq!(Reply::of(changed).await.expect(StatusCode::OK)["name"], "New Name");

    let out = client.delete(&url).header("x-csrf-token", &csrf);
    Reply::of(out).await.expect(StatusCode::NO_CONTENT);
    let stolen = crate::support::client().get(&url).header("cookie", cookie.split(';').next().unwrap_or_default());
    Reply::of(stolen).await.refused(401, "session_expired");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    let (_, wrong) = sign_in(&server, EMAIL, "not the password").await;
    let (_, unknown) = sign_in(&server, "nobody@example.org", PASSWORD).await;
    wrong.refused(401, "invalid_credentials");
    unknown.refused(401, "invalid_credentials");
    let without_id = |reply: &Reply| {
        let mut body = reply.json();
        body["request_id"] = Value::Null;
        body
    };
    assert_eq!(without_id(&wrong), without_id(&unknown));
    assert!(wrong.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn signing_in_is_limited() {
    let server = Server::with(|config| config.rates.sign_in = 3).await;
    server.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    for _ in 0..5 {
        // an office behind one address signs in as it likes
        sign_in(&server, EMAIL, PASSWORD).await.1.expect(StatusCode::OK);
    }
    for _ in 0..3 {
        sign_in(&server, EMAIL, "wrong wrong wrong").await.1.refused(401, "invalid_credentials");
    }
    let (_, reply) = sign_in(&server, EMAIL, "wrong wrong wrong").await;
    reply.refused(429, "rate_limited");
    let figures = String::from_utf8(server.app.metrics().text().expect("figures")).expect("UTF-8");
    assert!(figures.contains("bailiwick_sign_ins_total{outcome=\"refused\"} 3"), "{figures}");
    assert!(figures.contains("bailiwick_sign_ins_total{outcome=\"limited\"} 1"), "{figures}");
    assert!(!figures.contains(EMAIL), "no addresses in figures");
    assert!(reply.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_token_ends_when_it_should() {
    let server = Server::start().await;
    let expires_at = Some(server.app.store().now() + SignedDuration::from_hours(1));
    let new = NewToken { name: "short".to_owned(), permits: Role::Viewer.into(), expires_at };
    let issued = server.access.create_token(&Server::platform(), AccountId::ROOT, new).await.expect("a token");
    let api = Api::new(&server.base, issued.secret.expose_secret());
    let session = api.get("/api/v1/session").await;
    assert!(session.headers.contains_key("ratelimit"));
    assert_eq!(session.expect(StatusCode::OK)["operator"], Value::Null);
    server.database.clock.advance(SignedDuration::from_hours(2));
    api.get("/api/v1/session").await.refused(401, "token_expired");
}

#[tokio::test]
async fn a_revoked_a_mistyped_and_a_missing_token_are_refused() {
    let server = Server::start().await;
    let root = AccountId::ROOT;
    let api = server.token(root, Role::Owner).await;
    let tokens = format!("/api/v1/accounts/{root}/tokens");
    let made = api.post(&tokens, json!({ "name": "n", "role": "viewer" })).await.expect(StatusCode::CREATED);
    let other = Api::new(&server.base, made["secret"].as_str().expect("a secret"));
    other.get("/api/v1/drivers").await.expect(StatusCode::OK);
    other.post(&tokens, json!({ "name": "n", "role": "owner" })).await.refused(403, "denied");
    let id = made["id"].as_str().expect("an id");
    api.delete(&format!("{tokens}/{id}")).await.expect(StatusCode::NO_CONTENT);
    other.get("/api/v1/drivers").await.refused(401, "token_revoked");
    Api::new(&server.base, "bwk_nonsense").get("/api/v1/drivers").await.refused(401, "invalid_credentials");
    let anonymous = Reply::of(crate::support::client().get(format!("{}/api/v1/drivers", server.base))).await;
    anonymous.refused(401, "missing_credentials");
    assert_eq!(anonymous.headers["www-authenticate"], "Bearer");
    let listed = api.get(&tokens).await;
    assert!(!listed.text.contains("bwk_"), "secrets are shown once");
}

#[tokio::test]
async fn calls_are_limited_by_credential() {
    let server = Server::with(|config| config.rates.calls = 3).await;
    let (one, two) =
        (server.token(AccountId::ROOT, Role::Viewer).await, server.token(AccountId::ROOT, Role::Viewer).await);
    for _ in 0..3 {
        one.get("/api/v1/drivers").await.expect(StatusCode::OK);
    }
    one.get("/api/v1/drivers").await.refused(429, "rate_limited");
    two.get("/api/v1/drivers").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    let (client, reply) = sign_in(&server, EMAIL, PASSWORD).await;
    let csrf = reply.expect(StatusCode::OK)["csrf"].as_str().expect("csrf").to_owned();
    let change = |body: Value| {
        let url = format!("{}/api/v1/session/password", server.base);
        Reply::of(client.request(Method::PUT, url).header("x-csrf-token", &csrf).json(&body))
    };
    change(json!({ "present": "wrong wrong wrong", "new": "another long one" })).await.refused(403, "wrong_password");
    change(json!({ "present": PASSWORD, "new": "short" })).await.refused(422, "invalid_input");
    for (new, code) in [
        ("short", "too_short"),
        ("aaaaaaaaaaaaaa", "one_character"),
        ("OWNER@example.org", "same_as_email"),
        ("Passw0rd2026!!", "breached"),
        ("Test-Operator-1", "breached"),
    ] {
        let refused = change(json!({ "present": PASSWORD, "new": new })).await;
        refused.refused(422, "invalid_input");
        assert_eq!(
            (&refused.json()["errors"][0]["field"], &refused.json()["errors"][0]["code"]),
            (&json!("new"), &json!(code))
        );
    }
    change(json!({ "present": PASSWORD, "new": "another long one" })).await.expect(StatusCode::NO_CONTENT);
    sign_in(&server, EMAIL, PASSWORD).await.1.refused(401, "invalid_credentials");
    sign_in(&server, EMAIL, "another long one").await.1.expect(StatusCode::OK);
}
