//! Who may add a passkey, and what is taken as one.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ORIGIN, answer, audited, server};
use crate::{
    factors::{Browser, code},
    support::{
        PASSWORD, Reply,
        authenticator::{Credential, Said},
        client,
    },
};

fn named(asked: &Value, credential: Value) -> Value {
    json!({ "name": "Key", "passkey": answer(asked, credential) })
}

#[tokio::test]
async fn adding_one_takes_a_fresh_proof() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let browser = Browser::signed_in(&server, "ann@x.example").await;
    browser.post("/session/passkeys", json!({})).await.refused(422, "invalid_input");
    browser.post("/session/passkeys", json!({ "password": "wrong wrong wrong" })).await.refused(403, "wrong_password");
    let guess = json!({ "code": "000000" });
    browser.post("/session/passkeys", guess).await.refused(403, "second_factor_required");
    let several = json!({ "password": PASSWORD, "code": "000000" });
    browser.post("/session/passkeys", several).await.refused(422, "invalid_input");
    let unforged = browser.client.post(format!("{}/api/v1/session/passkeys", server.base));
    Reply::of(unforged.json(&json!({ "password": PASSWORD }))).await.refused(403, "csrf");

    // with the password; the next one by the passkey itself
    let mut key = browser.make().await;
    let proof = json!({ "passkey": browser.shown(&mut key).await });
    let asked = browser.begin(proof.clone()).await;
    assert_eq!(asked["options"]["excludeCredentials"].as_array().map(Vec::len), Some(1), "not the same one again");
    browser.post("/session/passkeys", proof).await.refused(403, "passkey_refused");
    // of another operator
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let ben = Browser::signed_in(&server, "ben@x.example").await;
    let foreign = json!({ "passkey": ben.shown(&mut key).await });
    ben.post("/session/passkeys", foreign).await.refused(403, "passkey_refused");
    let another = json!({ "passkey": browser.shown(&mut key).await });
    ben.post("/session/passkeys", another).await.refused(403, "passkey_refused");

    // a password does not go round the codes that are set up
    let app = browser.enrol(&server).await;
    let password = json!({ "password": PASSWORD });
    browser.post("/session/passkeys", password).await.refused(403, "second_factor_required");
    browser.post("/session/passkeys", json!({ "code": "000000" })).await.refused(403, "wrong_code");
    browser.begin(json!({ "code": code(&server, &app) })).await;
    assert_eq!(audited(&server, "operator.passkey_begun").await.len(), 3);
}

#[tokio::test]
async fn only_what_the_authenticator_made_here_and_now_is_taken() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let ann = Browser::signed_in(&server, "ann@x.example").await;
    let ben = Browser::signed_in(&server, "ben@x.example").await;
    let truth = Said::at(ORIGIN);
    let password = json!({ "password": PASSWORD });
    for lie in [
        Said::at("https://evil.example"),
        Said { party: Some("evil.example".to_owned()), ..truth.clone() },
        Said { verified: false, ..truth.clone() },
        Said { kind: Some("webauthn.get"), ..truth.clone() },
    ] {
        let asked = ann.begin(password.clone()).await;
        let (_, sent) = Credential::make(&asked["options"], &lie);
        ann.post("/session/passkeys/confirm", named(&asked, sent)).await.refused(403, "passkey_refused");
    }
    // another session of the same operator, and another operator
    let asked = ann.begin(password.clone()).await;
    let (key, sent) = Credential::make(&asked["options"], &truth);
    for other in [&Browser::signed_in(&server, "ann@x.example").await, &ben] {
        let body = named(&asked, sent.clone());
        other.post("/session/passkeys/confirm", body).await.refused(403, "passkey_refused");
    }
    // what was asked for a signature makes no passkey
    let signature = ann.get("/session/passkeys/challenge").await.expect(StatusCode::OK);
    let body = json!({ "name": "Key", "passkey": { "challenge": signature["challenge"], "credential": sent } });
    ann.post("/session/passkeys/confirm", body).await.refused(403, "passkey_refused");
    ann.post("/session/passkeys/confirm", named(&asked, sent.clone())).await.expect(StatusCode::CREATED);
    // once
    ann.post("/session/passkeys/confirm", named(&asked, sent)).await.refused(403, "passkey_refused");
    // nor the same credential for somebody else
    let asked = ben.begin(password).await;
    let copy = key.registered(&asked["options"], &truth);
    ben.post("/session/passkeys/confirm", named(&asked, copy)).await.refused(403, "passkey_refused");
    assert_eq!(ann.get("/session/passkeys").await.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn passkeys_are_ones_own_and_no_tokens() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let ann = Browser::signed_in(&server, "ann@x.example").await;
    let ben = Browser::signed_in(&server, "ben@x.example").await;
    ann.make().await;
    let made = ann.get("/session/passkeys").await.expect(StatusCode::OK);
    let path = format!("/session/passkeys/{}", made["items"][0]["id"].as_str().expect("an id"));
    let rename = json!({ "name": "Phone" });
    ben.call(Method::PATCH, &path, rename.clone()).await.refused(404, "not_found");
    ben.call(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    assert_eq!(ben.get("/session/passkeys").await.expect(StatusCode::OK)["items"], json!([]));

    let token = server.token(AccountId::ROOT, Role::Owner).await;
    for (method, path, body) in [
        (Method::GET, "/session/passkeys", Value::Null),
        (Method::GET, "/session/passkeys/challenge", Value::Null),
        (Method::POST, "/session/passkeys", json!({ "password": PASSWORD })),
        (
            Method::POST,
            "/session/passkeys/confirm",
            json!({ "name": "x", "passkey": { "challenge": "x", "credential": {} } }),
        ),
        (Method::PATCH, path.as_str(), rename.clone()),
        (Method::DELETE, path.as_str(), Value::Null),
    ] {
        token.send(method, &format!("/api/v1{path}"), body).await.refused(403, "not_a_person");
        Reply::of(client().get(format!("{}/api/v1/session/passkeys", server.base)))
            .await
            .refused(401, "missing_credentials");
    }

    ann.call(Method::PATCH, &path, json!({ "name": "x".repeat(61) })).await.refused(422, "invalid_input");
    let renamed = ann.call(Method::PATCH, &path, rename).await.expect(StatusCode::OK);
    assert_eq!(renamed["name"], "Phone");
    assert_eq!(audited(&server, "operator.passkey_renamed").await[0]["before"]["name"], "Key");
}

#[tokio::test]
async fn the_only_way_in_is_not_taken_away_and_there_are_not_too_many() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let ann = Browser::signed_in(&server, "ann@x.example").await;
    let mut key = ann.make().await;
    ann.make().await;
    // as who signs in without a password
    let mut superuser = server.database.superuser().await;
    sqlx::query("update operators set password_hash = null").execute(&mut superuser).await.expect("no password");
    let made = ann.get("/session/passkeys").await.expect(StatusCode::OK);
    let path = |at: usize| format!("/session/passkeys/{}", made["items"][at]["id"].as_str().expect("an id"));
    ann.call(Method::DELETE, &path(1), Value::Null).await.expect(StatusCode::NO_CONTENT);
    ann.call(Method::DELETE, &path(0), Value::Null).await.refused(409, "conflict");

    // as many as there may be, the last two at once
    for _ in 1..19 {
        sqlx::query(
            "insert into passkeys (id, operator_id, party, credential_id, name, key, state, created_at)
             select gen_random_uuid(), operator_id, party, sha256(gen_random_uuid()::text::bytea), name, key, state,
                    created_at
             from passkeys limit 1",
        )
        .execute(&mut superuser)
        .await
        .expect("another");
    }
    let proof = json!({ "passkey": ann.shown(&mut key).await });
    let (first, proof) = (ann.begin(proof).await, json!({ "passkey": ann.shown(&mut key).await }));
    let second = ann.begin(proof).await;
    let add = async |asked: &Value| {
        let (_, sent) = Credential::make(&asked["options"], &Said::at(ORIGIN));
        ann.post("/session/passkeys/confirm", named(asked, sent)).await
    };
    add(&first).await.expect(StatusCode::CREATED);
    add(&second).await.refused(409, "limit_reached");
    let proof = json!({ "passkey": ann.shown(&mut key).await });
    ann.post("/session/passkeys", proof).await.refused(409, "limit_reached");
}
