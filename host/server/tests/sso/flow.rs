//! The way in and out again.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{World, people};
use crate::{
    factors,
    support::{
        Api, Reply,
        authenticator::{Credential, Said},
    },
};

#[tokio::test]
async fn somebody_new_is_signed_in_with_the_mapped_role_and_is_the_same_next_time() {
    let world = World::start().await;
    let offered = world.browser().post("/session/sso/offer", json!({ "domain": "Rhein.example" })).await;
    assert_eq!(offered.expect(StatusCode::OK)["offered"], true);

    let (browser, reply) = world.sign_in("ann").await;
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|c| c.starts_with("bailiwick=bws_") && c.contains("HttpOnly") && c.contains("Strict")));
    assert!(cookies.iter().any(|c| c.starts_with("bailiwick-sso=;")), "used up: {cookies:?}");
    let done = reply.expect(StatusCode::OK);
    assert_eq!(done["return_to"], "/a/b?c=d");
    assert_eq!(done["session"]["operator"]["email"], "Ann@rhein.example");
    let session = browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["operator"]["name"], "Ann Berg");
    assert_eq!(
        (&session["grants"][0]["role"], session["grants"].as_array().map(Vec::len)),
        (&json!("technician"), Some(1))
    );
    let ends: jiff::Timestamp = session["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(ends.duration_since(world.server.app.store().now()).as_hours(), 12, "no longer than half a day");

    let (_, again) = world.sign_in("ann").await;
    let again = again.expect(StatusCode::OK);
    assert_eq!(again["session"]["operator"]["id"], done["session"]["operator"]["id"]);
    assert_eq!(world.audit("operator.joined").await.len(), 1);
    let given = &world.audit("grant.given").await[0];
    assert_eq!((&given["after"]["role"], given["object"]["kind"].as_str()), (&json!("technician"), Some("grant")));
    assert!(world.audit("session.started").await.len() >= 2);
    // of two groups the first rule counts
    let (_, ed) = world.sign_in("ed").await;
    let ed = ed.expect(StatusCode::OK)["session"]["operator"]["id"].clone();
    let roles: Vec<_> =
        world.operators().await.into_iter().filter(|o| o["id"] == ed || o["operator_id"] == ed).collect();
    assert!(roles[0].to_string().contains("technician"), "{roles:?}");
}

#[tokio::test]
async fn a_group_that_changes_changes_the_role_and_one_that_is_lost_ends_it() {
    let mut world = World::start().await;
    let (first, reply) = world.sign_in("ann").await;
    let csrf = reply.expect(StatusCode::OK)["session"]["csrf"].as_str().unwrap().to_owned();
    let mut now = people();
    now["ann"]["groups"] = json!(["desk"]);
    world.provider.set_people(now.clone()).await;
    let (second, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let session = second.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["grants"][0]["role"], "helpdesk");
    let changed = &world.audit("grant.changed").await[0];
    assert_eq!((&changed["before"]["role"], &changed["after"]["role"]), (&json!("technician"), &json!("helpdesk")));
    gone(&first.client, &world.server.base, &csrf).await;

    now["ann"]["groups"] = json!([]);
    world.provider.set_people(now).await;
    let (_, refused) = world.sign_in("ann").await;
    refused.refused(403, "sso_no_role");
    gone(&second.client, &world.server.base, &csrf).await;
    assert_eq!(world.audit("grant.removed").await[0]["before"]["role"], "helpdesk");
    assert_eq!(world.refusal().await, "sso_no_role");
}

/// Within the time that every process takes to hear of it.
async fn gone(client: &reqwest::Client, base: &str, csrf: &str) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let call = client.get(format!("{base}/api/v1/session")).header("x-csrf-token", csrf);
        if Reply::of(call).await.status == StatusCode::UNAUTHORIZED {
            return;
        }
        assert!(Instant::now() < until, "the session still stands");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn with_the_provider_all_that_came_by_it_ends() {
    let world = World::start().await;
    let mut body = world.body();
    body["mapping"] = json!([{ "value": "field", "role": "admin" }]);
    world.set(body.clone()).await.expect(StatusCode::OK);
    let (browser, reply) = world.sign_in("ann").await;
    let csrf = reply.expect(StatusCode::OK)["session"]["csrf"].as_str().unwrap().to_owned();
    let tokens = format!("{}/api/v1/accounts/{}/tokens", world.server.base, world.tree.dealer);
    let make =
        browser.client.post(&tokens).header("x-csrf-token", &csrf).json(&json!({ "name": "t", "role": "viewer" }));
    let made = Reply::of(make).await.expect(StatusCode::CREATED);
    let token = Api::new(&world.server.base, made["secret"].as_str().unwrap());
    token.get("/api/v1/session").await.expect(StatusCode::OK);

    // another client at the provider is another provider
    body["client_id"] = json!("another");
    world.set(body.clone()).await.expect(StatusCode::OK);
    gone(&browser.client, &world.server.base, &csrf).await;
    token.get("/api/v1/session").await.refused(401, "token_revoked");
    assert!(world.operators().await.is_empty(), "{:?}", world.operators().await);
    assert_eq!(world.audit("sign_in.configured").await[0]["after"]["roles_ended"], 1);

    // the one that was there first signs the same person in again: it holds nothing else, so it is the account's own
    body["client_id"] = json!(super::CLIENT);
    body["client_secret"] = json!(super::SECRET);
    world.set(body).await.expect(StatusCode::OK);
    let (browser, reply) = world.sign_in("ann").await;
    let csrf = reply.expect(StatusCode::OK)["session"]["csrf"].as_str().unwrap().to_owned();
    world.tree.owner.delete(&world.path()).await.expect(StatusCode::NO_CONTENT);
    gone(&browser.client, &world.server.base, &csrf).await;
    assert!(world.operators().await.is_empty());
    let offered = world.browser().post("/session/sso/offer", json!({ "domain": "rhein.example" })).await;
    assert_eq!(offered.expect(StatusCode::OK)["offered"], false);
    world.tree.owner.delete(&world.path()).await.refused(404, "not_found");
    assert_eq!(world.audit("sign_in.removed").await.len(), 1);
}

#[tokio::test]
async fn who_was_removed_by_hand_stays_out_until_let_in_by_hand() {
    let world = World::start().await;
    let (_, reply) = world.sign_in("ann").await;
    let id = reply.expect(StatusCode::OK)["session"]["operator"]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/accounts/{}/operators/{id}", world.tree.dealer);
    let change = world.tree.owner.send(Method::PATCH, &one, json!({ "role": "viewer" })).await;
    change.refused(409, "conflict");
    world.tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    let (_, refused) = world.sign_in("ann").await;
    refused.refused(403, "sso_barred");
    let root = crate::support::Server::platform();
    let new = bailiwick_access::operators::NewOperator {
        email: "ann@rhein.example".parse().unwrap(),
        name: "Ann".to_owned(),
        given: bailiwick_access::Role::Billing.into(),
        password: None,
    };
    world.server.access.add_operator(&root, world.tree.dealer, new).await.unwrap();
    let (browser, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let session = browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["grants"][0]["role"], "billing", "what was given by hand is left alone");
}

#[tokio::test]
async fn a_suspended_account_signs_nobody_in() {
    let world = World::start().await;
    let browser = world.browser();
    let url = browser.begin("ann@rhein.example").await;
    let callback = browser.visit(&url, "ann").await;
    let suspend = format!("/api/v1/accounts/{}/suspend", world.tree.dealer);
    world.tree.root.post(&suspend, json!({})).await.expect(StatusCode::OK);
    assert_eq!(browser.finish(&callback).await.status, StatusCode::FORBIDDEN);
    let offered = world.browser().post("/session/sso/offer", json!({ "domain": "rhein.example" })).await;
    assert_eq!(offered.expect(StatusCode::OK)["offered"], false);
}

#[tokio::test]
async fn those_whom_a_provider_made_have_no_password_where_it_is_refused() {
    let world = World::start().await;
    let (_, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let email = "ann@rhein.example".parse().unwrap();
    assert!(world.server.access.link_password_reset(&email).await.unwrap().is_none(), "no link is mailed");
    let mut body = world.body();
    body["passwords"] = json!("allowed");
    world.set(body.clone()).await.expect(StatusCode::OK);
    let link = world.server.access.link_password_reset(&email).await.unwrap().expect("a link");
    let password = bailiwick_access::Password::new("a horse of another colour".into()).unwrap();
    let (scope, _) = world.server.access.reset_password(&link.secret, &password, None).await.unwrap();
    scope.commit().await.unwrap();
    let sign_in = json!({ "email": "ann@rhein.example", "password": "a horse of another colour" });
    world.browser().post("/session", sign_in.clone()).await.expect(StatusCode::OK);
    let mut own = factors::Browser::new(&world.server);
    let session = own.post("/session", sign_in.clone()).await.expect(StatusCode::OK);
    session["csrf"].as_str().expect("csrf").clone_into(&mut own.csrf);
    let asked = own.post("/session/passkeys", json!({ "password": sign_in["password"] })).await;
    let (asked, here) = (asked.expect(StatusCode::CREATED), Said::at("http://localhost:8080"));
    let (mut key, sent) = Credential::make(&asked["options"], &here);
    let made = json!({ "name": "Key", "passkey": { "challenge": asked["challenge"], "credential": sent } });
    own.post("/session/passkeys/confirm", made).await.expect(StatusCode::CREATED);
    let by_passkey = async |key: &mut Credential| {
        let browser = factors::Browser::new(&world.server);
        let asked = browser.get("/session/passkey").await.expect(StatusCode::OK);
        let credential = key.sign(&asked["options"], &here);
        browser.post("/session/passkey", json!({ "challenge": asked["challenge"], "credential": credential })).await
    };
    by_passkey(&mut key).await.expect(StatusCode::OK);
    // what was set before is good no more, and looks as if it were wrong
    body["passwords"] = json!("refused");
    world.set(body).await.expect(StatusCode::OK);
    world.browser().post("/session", sign_in).await.refused(401, "invalid_credentials");
    by_passkey(&mut key).await.refused(401, "invalid_credentials");
    assert!(world.server.access.link_password_reset(&email).await.unwrap().is_none());
}
