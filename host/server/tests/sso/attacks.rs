//! Answers that are not this browser's, not this sign-in's, or not this provider's.

use reqwest::StatusCode;
use serde_json::json;

use super::{Callback, DOMAIN, PORTAL, World, people, provider::Provider};
use crate::support::{Reply, client, client_builder, client_under};

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked_and_once() {
    let world = World::start().await;
    let (victim, attacker) = (world.browser(), world.browser());
    let own = victim.visit(&victim.begin("ann@rhein.example").await, "ann").await;
    let foreign = attacker.visit(&attacker.begin("ed@rhein.example").await, "ed").await;

    // the attacker's answer in the victim's browser: it would be signed in as the attacker
    victim.finish(&foreign).await.refused(403, "sso_over");
    // the victim's answer in the attacker's, and with the attacker's own state: the code is of another verifier
    attacker.finish(&own).await.refused(403, "sso_over");
    // a browser that asked nothing
    world.browser().finish(&own).await.refused(403, "sso_over");
    for state in ["", "x", &own.state[..63], &own.state.to_uppercase()] {
        victim.finish(&Callback { state: state.to_owned(), ..own.clone() }).await.refused(403, "sso_over");
    }
    // none of it took the answer from whose it is
    victim.finish(&own).await.expect(StatusCode::OK);
    victim.finish(&own).await.refused(403, "sso_over");
}

#[tokio::test]
async fn a_code_is_not_carried_from_one_sign_in_to_another() {
    let world = World::start().await;
    let (victim, attacker) = (world.browser(), world.browser());
    let stolen = victim.visit(&victim.begin("ann@rhein.example").await, "ann").await;
    let own = attacker.visit(&attacker.begin("bo@rhein.example").await, "bo").await;
    // with a state of his own and the victim's code: verifier and nonce are not those that it was made for
    let injected = Callback { code: stolen.code.clone(), ..own };
    attacker.finish(&injected).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "refused", "by the provider, for the verifier");
    // the attempt is used up with its first answer, whatever became of it
    attacker.finish(&injected).await.refused(403, "sso_over");
}

#[tokio::test]
async fn an_answer_that_was_taken_is_not_taken_again() {
    let world = World::start().await;
    let browser = world.browser();
    let url = browser.begin("ann@rhein.example").await;
    let callback = browser.visit(&url, "ann").await;
    let begun = browser.post("/session/sso", json!({ "email": "x@rhein.example" })).await;
    assert_eq!(begun.status, StatusCode::OK, "another sign-in in the same browser takes the place of the first");
    browser.finish(&callback).await.refused(403, "sso_over");

    let browser = world.browser();
    let begun = browser.post("/session/sso", json!({ "email": "ann@rhein.example" })).await;
    let cookie = begun.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let callback = browser.visit(begun.json()["url"].as_str().unwrap(), "ann").await;
    browser.finish(&callback).await.expect(StatusCode::OK);
    // with the cookie put back by whoever saw it
    let finish = format!("{}/api/v1/session/sso/finish", world.server.base);
    let again = client().post(finish).header("cookie", cookie).json(&callback.body());
    Reply::of(again).await.refused(403, "sso_over");
}

#[tokio::test]
async fn an_attempt_is_over_after_ten_minutes() {
    let world = World::start().await;
    let browser = world.browser();
    let callback = browser.visit(&browser.begin("ann@rhein.example").await, "ann").await;
    world.server.database.clock.advance(jiff::SignedDuration::from_mins(10));
    browser.finish(&callback).await.refused(403, "sso_over");
}

#[tokio::test]
async fn pkce_is_not_to_be_downgraded() {
    let world = World::start().await;
    let browser = world.browser();
    let asked = url::Url::parse(&browser.begin("ann@rhein.example").await).unwrap();
    let value = |name: &str| asked.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    assert_eq!((value("code_challenge_method"), value("response_type")), ("S256".to_owned(), "code".to_owned()));
    assert_eq!(value("redirect_uri"), format!("{PORTAL}/sign-in/callback"));
    assert_eq!(
        (value("scope"), value("login_hint").as_str()),
        ("openid email profile".to_owned(), "ann@rhein.example")
    );
    // somebody on the way takes the challenge out of the request: the code is then bound to no verifier
    let stripped: Vec<_> = asked.query_pairs().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
    let mut downgraded = asked.clone();
    downgraded.query_pairs_mut().clear().extend_pairs(stripped);
    let callback = browser.visit(downgraded.as_str(), "ann").await;
    assert!(callback.code.is_some(), "the provider plays along");
    browser.finish(&callback).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "refused");
}

#[tokio::test]
async fn one_provider_does_not_speak_for_another() {
    let world = World::start().await;
    // a second provider with the same client, the same people and, as it happens, the same keys
    let other = Provider::start(people()).await;
    let browser = world.browser();
    let url = browser.begin("ann@rhein.example").await;
    let led_away = url.replace(&world.provider.issuer, &other.issuer);
    let callback = browser.visit(&led_away, "ann").await;
    assert_eq!(callback.iss.as_deref(), Some(other.issuer.as_str()));
    browser.finish(&callback).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "mixed_up");

    // an answer that leaves out who it is from, although the provider names itself always
    let browser = world.browser();
    let callback = browser.visit(&browser.begin("ann@rhein.example").await, "ann").await;
    browser.finish(&Callback { iss: None, ..callback }).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "mixed_up");

    // and one that says that it is from the right one: the code is not known there
    let browser = world.browser();
    let url = browser.begin("ann@rhein.example").await.replace(&world.provider.issuer, &other.issuer);
    let callback = browser.visit(&url, "ann").await;
    let iss = Some(world.provider.issuer.clone());
    browser.finish(&Callback { iss, ..callback }).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "refused");
}

#[tokio::test]
async fn a_refusal_by_the_provider_signs_nobody_in() {
    let world = World::start().await;
    let browser = world.browser();
    let callback = browser.visit(&browser.begin("ann@rhein.example").await, "stranger").await;
    assert!(callback.code.is_none());
    let body = json!({ "state": callback.state, "iss": callback.iss, "error": "access_denied" });
    browser.post("/session/sso/finish", body).await.refused(403, "sso_refused");
    assert_eq!(world.refusal().await, "refused_by_provider");
}

#[tokio::test]
async fn nobody_is_led_elsewhere_afterwards() {
    let world = World::start().await;
    for to in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\u{9}/evil.example",
        "",
    ] {
        let refused =
            world.browser().post("/session/sso", json!({ "email": "ann@rhein.example", "return_to": to })).await;
        refused.refused(422, "invalid_input");
        assert_eq!(refused.json()["errors"][0]["field"], "return_to", "{to:?}");
    }
    // and the provider's answer goes nowhere but to the portal, whatever host the caller says it is
    let (evil, base) = client_under("evil.example", &world.server.base, client_builder());
    let call = evil.post(format!("{base}/api/v1/session/sso"));
    let begun = Reply::of(call.json(&json!({ "email": "ann@rhein.example" }))).await;
    let asked = begun.expect(StatusCode::OK)["url"].as_str().unwrap().to_owned();
    assert!(!asked.contains("evil"), "{asked}");
}

#[tokio::test]
async fn nothing_is_told_of_who_there_is() {
    let world = World::start().await;
    let (_, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let shape = |url: String| {
        let url = url::Url::parse(&url).unwrap();
        let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        (url.path().to_owned(), names)
    };
    let there = shape(world.browser().begin(&format!("ann@{DOMAIN}")).await);
    let absent = shape(world.browser().begin(&format!("nobody-at-all@{DOMAIN}")).await);
    assert_eq!(there, absent);
    // an operator of a domain without a provider, and nobody
    world.server.operator(world.tree.dealer, "old@elsewhere.example", bailiwick_access::Role::Viewer).await;
    for email in ["old@elsewhere.example", "nobody@elsewhere.example"] {
        world.browser().post("/session/sso", json!({ "email": email })).await.refused(404, "sso_not_offered");
    }
    world.browser().post("/session/sso", json!({ "email": "no address" })).await.refused(422, "invalid_input");
}
