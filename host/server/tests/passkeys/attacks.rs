//! What a stranger tries to sign in with. Every refusal is the same, and none makes a session.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{ORIGIN, answer, audited, server};
use crate::{
    factors::Browser,
    support::{
        Reply, Server,
        authenticator::{Credential, Said},
    },
};

/// The refusal, without what differs from call to call.
fn refusal(reply: &Reply) -> Value {
    reply.refused(401, "invalid_credentials");
    assert!(!reply.headers.contains_key("set-cookie"), "{}", reply.text);
    let mut body = reply.json();
    body["request_id"] = Value::Null;
    body
}

#[tokio::test]
async fn no_lie_of_a_browser_or_an_authenticator_signs_in() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let mut key = Browser::signed_in(&server, "ann@x.example").await.make().await;
    let bens = Browser::signed_in(&server, "ben@x.example").await.make().await;
    let browser = Browser::new(&server);
    let truth = Said::at(ORIGIN);
    let lies = [
        Said::at("https://evil.example"),
        Said::at("https://portal.example.evil.example"),
        Said::at("http://portal.example"),
        Said::at("https://portal.example:8443"),
        Said { party: Some("evil.example".to_owned()), ..truth.clone() },
        Said { verified: false, ..truth.clone() },
        Said { kind: Some("webauthn.create"), ..truth.clone() },
        // one's own key as somebody else
        Said { handle: Some(bens.handle().to_owned()), ..truth.clone() },
    ];
    let mut refusals = Vec::new();
    for lie in &lies {
        let body = browser.answered(&mut key, lie).await;
        refusals.push(refusal(&browser.post("/session/passkey", body).await));
    }
    // a credential that nobody has, which must look the same
    let body = browser.answered(&mut key.unknown(), &truth).await;
    refusals.push(refusal(&browser.post("/session/passkey", body).await));
    // a signature that is none
    let mut body = browser.answered(&mut key, &truth).await;
    body["credential"]["response"]["signature"] = json!("MEUCIQ");
    refusals.push(refusal(&browser.post("/session/passkey", body).await));
    // nonsense
    for credential in [json!({}), json!("x"), json!({ "id": "x", "response": {} })] {
        let asked = browser.get("/session/passkey").await.expect(StatusCode::OK);
        refusals.push(refusal(&browser.post("/session/passkey", answer(&asked, credential)).await));
    }
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
    let body = browser.answered(&mut key, &truth).await;
    browser.post("/session/passkey", body).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_time_and_by_who_was_asked() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let at_home = Browser::signed_in(&server, "ann@x.example").await;
    let mut key = at_home.make().await;
    let (browser, stranger, truth) = (Browser::new(&server), Browser::new(&server), Said::at(ORIGIN));

    // caught on its way, from another browser: with no cookie, and with its own
    let body = browser.answered(&mut key, &truth).await;
    refusal(&stranger.post("/session/passkey", body.clone()).await);
    stranger.get("/session/passkey").await.expect(StatusCode::OK);
    refusal(&stranger.post("/session/passkey", body.clone()).await);
    browser.post("/session/passkey", body.clone()).await.expect(StatusCode::OK);
    // replayed whole, also by the same browser
    refusal(&browser.post("/session/passkey", body).await);
    assert_eq!(audited(&server, "operator.passkey_refused").await[0]["reason"], "used before");

    // also of an authenticator that does not count, by which nothing but the challenge tells
    let still = Said { counts: false, ..truth.clone() };
    let asked = at_home.begin(json!({ "passkey": at_home.shown(&mut key).await })).await;
    let (mut shared, sent) = Credential::make(&asked["options"], &still);
    let new = json!({ "name": "Shared", "passkey": answer(&asked, sent) });
    at_home.post("/session/passkeys/confirm", new).await.expect(StatusCode::CREATED);
    for _ in 0..2 {
        let body = browser.answered(&mut shared, &still).await;
        browser.post("/session/passkey", body.clone()).await.expect(StatusCode::OK);
        refusal(&browser.post("/session/passkey", body).await);
    }

    // what a session was asked signs nobody in
    let body = at_home.shown(&mut key).await;
    refusal(&browser.post("/session/passkey", body).await);
    // what was asked before is over
    let body = browser.answered(&mut key, &truth).await;
    server.database.clock.advance(SignedDuration::from_secs(301));
    refusal(&browser.post("/session/passkey", body).await);
    // one that was never given
    let asked = browser.get("/session/passkey").await.expect(StatusCode::OK);
    let mut body = answer(&asked, key.sign(&asked["options"], &truth));
    let mut sealed = asked["challenge"].as_str().expect("a challenge").to_owned();
    sealed.replace_range(20..21, if &sealed[20..21] == "A" { "B" } else { "A" });
    body["challenge"] = json!(sealed);
    refusal(&browser.post("/session/passkey", body).await);
    // the answer to one, with the seal of another
    let (one, two) = (browser.answered(&mut key, &truth).await, browser.answered(&mut key, &truth).await);
    let mixed = json!({ "challenge": one["challenge"], "credential": two["credential"] });
    refusal(&browser.post("/session/passkey", mixed).await);
}

#[tokio::test]
async fn a_copy_of_a_passkey_is_refused_and_told() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let mut key = Browser::signed_in(&server, "ann@x.example").await.make().await;
    let mut copy = key.clone();
    let (browser, truth) = (Browser::new(&server), Said::at(ORIGIN));
    for _ in 0..3 {
        let body = browser.answered(&mut key, &truth).await;
        browser.post("/session/passkey", body).await.expect(StatusCode::OK);
    }
    let body = browser.answered(&mut copy, &truth).await;
    refusal(&browser.post("/session/passkey", body).await);
    let told = audited(&server, "operator.passkey_refused").await;
    assert_eq!((told.len(), &told[0]["reason"]), (1, &json!("the counter went back: there is a copy of it")));
}

async fn refused_from_now_on(server: &Server, browser: &Browser, body: Value) {
    refusal(&browser.post("/session/passkey", body).await);
    let text = server.app.metrics().text().expect("figures");
    assert!(String::from_utf8_lossy(&text).contains("bailiwick_sign_ins_total{outcome=\"refused\"}"));
}

#[tokio::test]
async fn what_was_removed_and_who_is_suspended_or_gone_signs_in_no_more() {
    let server = server().await;
    let tree = server.tree().await;
    server.operator(tree.customer, "ann@c.example", Role::Owner).await;
    let at_home = Browser::signed_in(&server, "ann@c.example").await;
    let (mut key, mut other) = (at_home.make().await, at_home.make().await);
    let (browser, truth) = (Browser::new(&server), Said::at(ORIGIN));
    let made = at_home.get("/session/passkeys").await.expect(StatusCode::OK);
    // answered, but not sent until it was removed
    let late = browser.answered(&mut key, &truth).await;
    let path = format!("/session/passkeys/{}", made["items"][0]["id"].as_str().expect("an id"));
    at_home.call(reqwest::Method::DELETE, &path, Value::Null).await.expect(StatusCode::NO_CONTENT);
    refused_from_now_on(&server, &browser, late).await;

    let suspend = format!("/api/v1/accounts/{}/suspend", tree.customer);
    tree.owner.post(&suspend, json!({})).await.expect(StatusCode::OK);
    // told to its owner, and to nobody who only knows of the passkey
    let right = browser.answered(&mut other, &truth).await;
    browser.post("/session/passkey", right).await.refused(403, "suspended");
    let wrong = browser.answered(&mut other, &Said { verified: false, ..truth.clone() }).await;
    refused_from_now_on(&server, &browser, wrong).await;
}
