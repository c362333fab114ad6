//! Second factors, elevation and viewing as somebody else, over the wire.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::{
    accounts::paths,
    support::{PASSWORD, Reply, Server, client, client_builder},
};

/// A browser with its cookies, and the CSRF value of its session.
pub struct Browser {
    pub client: Client,
    pub base: String,
    pub csrf: String,
}

impl Browser {
    pub fn new(server: &Server) -> Self {
        let client = client_builder().cookie_store(true).build().expect("a client");
        Self { client, base: server.base.clone(), csrf: String::new() }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        Reply::of(request.header("x-csrf-token", &self.csrf).json(&body)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}/api/v1{path}", self.base))).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, body).await
    }

    pub async fn password(&self, email: &str) -> Reply {
        self.post("/session", json!({ "email": email, "password": PASSWORD })).await
    }

    /// Signed in with the password alone.
    pub async fn signed_in(server: &Server, email: &str) -> Self {
        let mut browser = Self::new(server);
        let reply = browser.password(email).await.expect(StatusCode::OK);
        reply["csrf"].as_str().expect("csrf").clone_into(&mut browser.csrf);
        browser
    }

    pub async fn enrol(&self, server: &Server) -> Totp {
        let begun = self.post("/session/totp", json!({ "password": PASSWORD })).await.expect(StatusCode::CREATED);
        let secret = Secret::try_from_base32(begun["secret"].as_str().expect("a secret")).expect("base32");
        let app = Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("an app");
        let body = json!({ "code": code(server, &app) });
        let codes = self.post("/session/totp/confirm", body).await.expect(StatusCode::OK);
        assert_eq!(codes["codes"].as_array().map(Vec::len), Some(10));
        app
    }
}

/// The next code of an app: half a minute passes.
pub fn code(server: &Server, app: &Totp) -> String {
    server.database.clock.advance(SignedDuration::from_secs(30));
    app.generate(u64::try_from(server.app.store().now().as_second()).expect("after 1970")).to_string()
}

fn without_id(reply: &Reply) -> Value {
    let mut body = reply.json();
    body["request_id"] = Value::Null;
    body
}

#[tokio::test]
async fn a_sign_in_in_two_steps_gives_a_fresh_session_and_tells_nothing() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let before = Browser::signed_in(&server, "ann@x.example").await;
    let unforged = before.client.post(format!("{}/api/v1/session/totp", server.base)).json(&json!({ "password": "x" }));
    Reply::of(unforged).await.refused(403, "csrf");
    let app = before.enrol(&server).await;
    let state = before.get("/session/second-factor").await.expect(StatusCode::OK);
    assert_eq!((state["totp_since"].is_string(), &state["recovery_codes"]), (true, &json!(10)));

    // the same browser signs in again: half a sign-in sets no cookie, and the session before goes on until it is done
    let first = before.password("ann@x.example").await;
    assert!(first.headers.get("set-cookie").is_none());
    let challenge = first.expect(StatusCode::ACCEPTED)["challenge"].as_str().expect("a challenge").to_owned();
    before.get("/session").await.expect(StatusCode::OK);
    let anonymous = Browser::new(&server);
    anonymous.get("/session").await.refused(401, "missing_credentials");
    let as_bearer = client().get(format!("{}/api/v1/session", server.base)).bearer_auth(&challenge);
    Reply::of(as_bearer).await.refused(401, "invalid_credentials");

    let answer = |challenge: &str, code: &str| json!({ "challenge": challenge, "code": code });
    let wrong = anonymous.post("/session/second-factor", answer(&challenge, "000000")).await;
    let forged = anonymous.post("/session/second-factor", answer(&challenge.replacen("bwf", "bws", 1), "000000")).await;
    let nonsense = anonymous.post("/session/second-factor", answer("x", "no code at all")).await;
    for refused in [&wrong, &forged, &nonsense] {
        refused.refused(401, "invalid_credentials");
        assert!(refused.headers.get("set-cookie").is_none());
        assert_eq!(without_id(refused), without_id(&wrong), "the same, whatever was wrong");
    }

    let right = code(&server, &app);
    let old = before.get("/sessions").await.expect(StatusCode::OK)["items"][0]["id"].clone();
    let done = before.post("/session/second-factor", answer(&challenge, &right)).await;
    let cookie = done.headers["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(cookie.contains("bws_") && cookie.contains("HttpOnly") && !cookie.contains(&challenge), "{cookie}");
    let csrf = done.expect(StatusCode::OK)["csrf"].as_str().expect("csrf").to_owned();
    assert_ne!(csrf, before.csrf, "another session, with another secret");
    let own = before.get("/sessions").await.expect(StatusCode::OK);
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "the one before is over");
    assert_ne!(own["items"][0]["id"], old);

    // replayed whole, it is refused
    anonymous.post("/session/second-factor", answer(&challenge, &right)).await.refused(401, "invalid_credentials");
    let text = server.app.metrics().text().expect("figures");
    assert!(String::from_utf8_lossy(&text).contains("bailiwick_sign_ins_total{outcome=\"code_asked\"} 1"));
}

#[tokio::test]
async fn guessing_codes_over_the_wire_is_slowed_down() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let browser = Browser::signed_in(&server, "ann@x.example").await;
    let app = browser.enrol(&server).await;
    let mut refused = 0;
    let limited = loop {
        let first = browser.password("ann@x.example").await.expect(StatusCode::ACCEPTED);
        let reply =
            browser.post("/session/second-factor", json!({ "challenge": first["challenge"], "code": "000000" })).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            break reply;
        }
        reply.refused(401, "invalid_credentials");
        refused += 1;
    };
    assert_eq!(refused, 10);
    limited.refused(429, "rate_limited");
    assert!(limited.headers.contains_key("retry-after"));
    server.database.clock.advance(SignedDuration::from_hours(1));
    let first = browser.password("ann@x.example").await.expect(StatusCode::ACCEPTED);
    let body = json!({ "challenge": first["challenge"], "code": code(&server, &app) });
    browser.post("/session/second-factor", body).await.expect(StatusCode::OK);
}

/// From however many sources: here the limit by source is far away.
#[tokio::test]
async fn guesses_at_one_address_slow_down_alike_whether_it_is_known() {
    let server = Server::start().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let guess = async |email: &str| {
        let body = json!({ "email": email, "password": "wrong wrong wrong" });
        Browser::new(&server).post("/session", body).await
    };
    let mut last = Vec::new();
    for email in ["ann@x.example", "nobody@x.example"] {
        for _ in 0..10 {
            guess(email).await.refused(401, "invalid_credentials");
        }
        let reply = guess(&email.to_uppercase()).await;
        reply.refused(429, "rate_limited");
        last.push((without_id(&reply), reply.headers.contains_key("retry-after")));
    }
    assert_eq!(last[0], last[1]);
    assert!(last[0].1, "and says when it is heard again");
    Browser::new(&server).password("ann@x.example").await.refused(429, "rate_limited");
    Browser::signed_in(&server, "ben@x.example").await;
}

#[tokio::test]
async fn the_platform_looks_into_an_account_for_a_time_and_is_seen() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(AccountId::ROOT, "root@x.example", Role::Owner).await;
    server.operator(tree.customer, "owner@c.example", Role::Owner).await;
    let root = Browser::signed_in(&server, "root@x.example").await;
    let owner = Browser::signed_in(&server, "owner@c.example").await;
    let devices = format!("/accounts/{}/devices", tree.customer);
    let elevation = format!("/accounts/{}/elevation", tree.customer);
    let ask = |code: &str| json!({ "reason": "ticket 4711", "minutes": 30, "code": code });
    root.get(&devices).await.refused(403, "denied");
    root.post(&elevation, ask("000000")).await.refused(403, "second_factor_required");
    let app = root.enrol(&server).await;
    root.post(&elevation, ask("000000")).await.refused(403, "wrong_code");
    root.get(&devices).await.refused(403, "denied");
    owner.post(&elevation, ask("000000")).await.refused(403, "denied");

    let begun = root.post(&elevation, ask(&code(&server, &app))).await.expect(StatusCode::CREATED);
    root.get(&devices).await.expect(StatusCode::OK);
    root.get(&format!("/accounts/{}/devices", tree.sibling)).await.refused(403, "denied");
    let site = json!({ "name": "x" });
    root.post(&format!("/accounts/{}/sites", tree.customer), site).await.refused(403, "denied");
    // to look is not to take along, neither this account nor what lies below one
    let exports = format!("/accounts/{}/exports", tree.customer);
    root.post(&exports, json!({})).await.refused(403, "denied");
    root.get(&exports).await.refused(403, "denied");
    root.post(&format!("/accounts/{}/elevation", tree.dealer), ask(&code(&server, &app)))
        .await
        .expect(StatusCode::CREATED);
    root.post(&format!("/accounts/{}/exports", tree.dealer), json!({})).await.refused(403, "denied");
    let seen = owner.get(&elevation).await.expect(StatusCode::OK);
    assert_eq!(seen["items"][0], begun);
    assert_eq!(begun["operator_email"], "root@x.example");
    let audit = owner.get(&format!("/accounts/{}/audit?action=elevation.", tree.customer)).await.expect(StatusCode::OK);
    assert_eq!(
        (&audit["items"][0]["action"], &audit["items"][0]["reason"]),
        (&json!("elevation.began"), &json!("ticket 4711"))
    );

    owner.call(Method::DELETE, &elevation, Value::Null).await.expect(StatusCode::NO_CONTENT);
    root.get(&devices).await.refused(403, "denied");
    root.post(&elevation, ask(&code(&server, &app))).await.expect(StatusCode::CREATED);
    server.database.clock.advance(SignedDuration::from_mins(31));
    root.get(&devices).await.refused(403, "denied");
}

#[tokio::test]
async fn viewing_as_somebody_changes_nothing_on_any_path() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "admin@d.example", Role::Admin).await;
    server.operator(tree.customer, "owner@c.example", Role::Owner).await;
    let admin = Browser::signed_in(&server, "admin@d.example").await;
    let owner = Browser::signed_in(&server, "owner@c.example").await;
    let me = owner.get("/session").await.expect(StatusCode::OK)["operator"]["id"].clone();
    let view = format!("/accounts/{}/view-as", tree.customer);
    let ask = json!({ "operator_id": me, "reason": "ticket 42", "minutes": 30 });
    admin.post(&format!("/accounts/{}/view-as", tree.sibling), ask.clone()).await.refused(404, "not_found");
    let until = admin.post(&view, ask.clone()).await.expect(StatusCode::CREATED)["until"].clone();

    let session = admin.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["operator"]["email"], "admin@d.example", "it stays who it is");
    assert_eq!(session["viewing"]["email"], "owner@c.example");
    assert_eq!((&session["viewing"]["until"], &session["viewing"]["account_id"]), (&until, &json!(tree.customer)));
    assert_eq!(session["grants"][0]["account"]["id"], json!(tree.customer));
    for account in [tree.customer, tree.dealer, tree.sibling] {
        for (method, path, body) in paths(account) {
            let path = path.trim_start_matches("/api/v1");
            let reply = admin.call(method.clone(), path, body).await;
            if method != Method::GET {
                reply.refused(403, "view_as_read_only");
            } else if account == tree.customer {
                assert!(matches!(reply.status.as_u16(), 200 | 403 | 404), "{path}: {}", reply.text);
            } else {
                reply.refused(404, "not_found");
            }
        }
    }
    let elsewhere = [
        (Method::PATCH, "/session", json!({ "name": "x" })),
        (Method::PUT, "/session/password", json!({ "present": PASSWORD, "new": "another horse battery" })),
        (Method::POST, "/session/totp", json!({ "password": PASSWORD })),
        (Method::POST, "/session/recovery-codes", json!({ "code": "000000" })),
        (Method::POST, "/session/passkeys", json!({ "password": PASSWORD })),
        (Method::GET, "/session/passkeys/challenge", Value::Null),
        (Method::DELETE, "/sessions", Value::Null),
        (Method::DELETE, "/sessions/0190c0de-0000-7000-8000-000000000001", Value::Null),
        (Method::POST, "/drivers", Value::Null),
    ];
    for (method, path, body) in elsewhere {
        admin.call(method, path, body).await.refused(403, "view_as_read_only");
    }

    admin.call(Method::DELETE, "/session/view-as", Value::Null).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(admin.get("/session").await.expect(StatusCode::OK)["viewing"], Value::Null);
    admin.get(&format!("/accounts/{}", tree.dealer)).await.expect(StatusCode::OK);
    let audit = owner.get(&format!("/accounts/{}/audit?action=view_as.", tree.customer)).await.expect(StatusCode::OK);
    let told: Vec<_> = audit["items"].as_array().expect("items").iter().map(|entry| &entry["action"]).collect();
    assert_eq!(told, ["view_as.ended", "view_as.began"]);
    assert_eq!(audit["items"][1]["reason"], "ticket 42");

    // and by its time, or with the session
    admin.post(&view, ask.clone()).await.expect(StatusCode::CREATED);
    server.database.clock.advance(SignedDuration::from_mins(31));
    assert_eq!(admin.get("/session").await.expect(StatusCode::OK)["viewing"], Value::Null);
    admin.post(&view, ask).await.expect(StatusCode::CREATED);
    admin.call(Method::DELETE, "/session", Value::Null).await.expect(StatusCode::NO_CONTENT);
    admin.get("/session").await.refused(401, "missing_credentials");
}
