//! An operator who was there before takes its identity up itself, and keeps what it set up.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::StatusCode;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{Browser, Callback, World};
use crate::support::{PASSWORD, Reply};

struct Person {
    browser: Browser,
    csrf: String,
    base: String,
}

impl Person {
    async fn sign_in(world: &World, email: &str) -> Self {
        let browser = world.browser();
        let reply = browser.post("/session", json!({ "email": email, "password": PASSWORD })).await;
        let csrf = reply.expect(StatusCode::OK)["csrf"].as_str().unwrap().to_owned();
        Self { browser, csrf, base: world.server.base.clone() }
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        let call = self.browser.client.post(format!("{}/api/v1{path}", self.base)).header("x-csrf-token", &self.csrf);
        Reply::of(call.json(&body)).await
    }

    async fn link(&self, person: &str) -> Reply {
        let begun = self.post("/session/sso/link", json!({ "return_to": "/me" })).await.expect(StatusCode::OK);
        let callback = self.browser.visit(begun["url"].as_str().unwrap(), person).await;
        self.finish(&callback).await
    }

    async fn finish(&self, callback: &Callback) -> Reply {
        self.post("/session/sso/finish", callback.body()).await
    }
}

#[tokio::test]
async fn who_takes_an_identity_up_signs_in_by_it_and_reaches_the_account_alone() {
    let world = World::start().await;
    world.server.operator(world.tree.dealer, "ann@rhein.example", Role::Owner).await;
    // a role at somebody else's, which the dealer's provider has no say in
    world.server.operator(AccountId::ROOT, "boss@example.org", Role::Owner).await;
    let root = crate::support::Server::platform();
    let kind = bailiwick_access::accounts::Kind::Dealer;
    let new = bailiwick_access::accounts::NewAccount { name: "Elsewhere".to_owned(), kind, owner: None };
    let elsewhere = world.server.access.create_account(&root, AccountId::ROOT, new).await.unwrap().account.id;
    let given = bailiwick_access::operators::NewOperator {
        email: "ann@rhein.example".parse().unwrap(),
        name: "Ann".to_owned(),
        given: Role::Owner.into(),
        password: None,
    };
    world.server.access.add_operator(&root, elsewhere, given).await.unwrap();

    world.sign_in("ann").await.1.refused(403, "sso_address_taken");
    let ann = Person::sign_in(&world, "ann@rhein.example").await;
    let both = ann.browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(both["grants"].as_array().map(Vec::len), Some(2));
    let linked = ann.link("ann").await.expect(StatusCode::OK);
    assert_eq!(
        (&linked["return_to"], &linked["session"], &linked["challenge"]),
        (&json!("/me"), &Value::Null, &Value::Null)
    );
    assert_eq!(world.audit("sign_in.linked").await.len(), 1);

    let (browser, reply) = world.sign_in("ann").await;
    let done = reply.expect(StatusCode::OK);
    assert_eq!(done["session"]["operator"]["id"], both["operator"]["id"]);
    let session = browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["grants"].as_array().map(Vec::len), Some(1), "{session}");
    assert_eq!(session["grants"][0]["role"], "owner", "given by hand, and left as it was");
    browser.get(&format!("/accounts/{elsewhere}")).await.refused(404, "not_found");
    // taken away with the provider: the operator stays, and signs in as before
    world.tree.owner.delete(&world.path()).await.expect(StatusCode::NO_CONTENT);
    browser.get("/session").await.refused(401, "session_expired");
    Person::sign_in(&world, "ann@rhein.example").await;
}

#[tokio::test]
async fn an_identity_is_one_operator_s_and_linking_takes_a_session() {
    let world = World::start().await;
    world.server.operator(world.tree.dealer, "ed@rhein.example", Role::Viewer).await;
    let (_, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let ed = Person::sign_in(&world, "ed@rhein.example").await;
    ed.link("ann").await.refused(403, "sso_identity_taken");
    let ed = Person::sign_in(&world, "ed@rhein.example").await;
    ed.link("cy").await.refused(403, "sso_unverified");
    // without the session's own value, and without a session
    let bare = ed.browser.post("/session/sso/link", json!({})).await;
    bare.refused(403, "csrf");
    world.browser().post("/session/sso/link", json!({})).await.refused(401, "missing_credentials");
    // an answer that Ed began is not Ann's to end: it would give Ed's rights to her identity
    let begun = ed.post("/session/sso/link", json!({})).await.expect(StatusCode::OK);
    let stranger = world.browser();
    let callback = stranger.visit(begun["url"].as_str().unwrap(), "ed").await;
    stranger.finish(&callback).await.refused(403, "sso_over");
    world.tree.owner.post("/api/v1/session/sso/link", json!({})).await.refused(403, "not_a_person");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_all_the_same() {
    let world = World::start().await;
    world.server.operator(world.tree.dealer, "ann@rhein.example", Role::Viewer).await;
    let ann = Person::sign_in(&world, "ann@rhein.example").await;
    ann.link("ann").await.expect(StatusCode::OK);
    let begun = ann.post("/session/totp", json!({ "password": PASSWORD })).await.expect(StatusCode::CREATED);
    let secret = Secret::try_from_base32(begun["secret"].as_str().unwrap()).expect("base32");
    let totp = Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("a generator");
    let code = || {
        let now = u64::try_from(world.server.app.store().now().as_second()).unwrap();
        totp.generate(now).to_string()
    };
    ann.post("/session/totp/confirm", json!({ "code": code() })).await.expect(StatusCode::OK);

    let (browser, reply) = world.sign_in("ann").await;
    assert!(!reply.headers.get_all("set-cookie").iter().any(|c| c.to_str().unwrap().starts_with("bailiwick=bws_")));
    let asked = reply.expect(StatusCode::OK);
    assert_eq!(asked["session"], Value::Null);
    let challenge = asked["challenge"]["challenge"].as_str().unwrap().to_owned();
    browser.get("/session").await.refused(401, "missing_credentials");
    let wrong = browser.post("/session/second-factor", json!({ "challenge": challenge, "code": "000000" })).await;
    wrong.refused(401, "invalid_credentials");
    world.server.database.clock.advance(jiff::SignedDuration::from_secs(60));
    let right = json!({ "challenge": challenge, "code": code() });
    browser.post("/session/second-factor", right).await.expect(StatusCode::OK);
    let session = browser.get("/session").await.expect(StatusCode::OK);
    let ends: jiff::Timestamp = session["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(ends.duration_since(world.server.app.store().now()).as_hours(), 12, "a session of the provider's");

    // a challenge of a provider that was taken away opens nothing
    world.server.database.clock.advance(jiff::SignedDuration::from_secs(60));
    let (browser, reply) = world.sign_in("ann").await;
    let challenge = reply.expect(StatusCode::OK)["challenge"]["challenge"].as_str().unwrap().to_owned();
    world.tree.owner.delete(&world.path()).await.expect(StatusCode::NO_CONTENT);
    world.server.database.clock.advance(jiff::SignedDuration::from_secs(60));
    let late = json!({ "challenge": challenge, "code": code() });
    browser.post("/session/second-factor", late).await.refused(401, "invalid_credentials");
}
