//! Texts on their way: what a device says of itself, and what a search finds.

use bailiwick_contract::{
    exchange::Effect,
    value::{Fact, Scalar},
};
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::{
    collectors::{report, world},
    support::Reply,
};

/// Attack: a device whose model turns the direction of what follows and hides something.
#[tokio::test]
async fn what_a_device_says_is_shown_without_what_hides_or_turns() {
    let world = world().await;
    let mut one = report(&world.digest, 1, "10.1.0.7", 100.0);
    let said = "\u{202e}Mu\u{308}nchen\u{200b}\u{e0041}\n 3. Stock\u{ffff}".to_owned();
    let model = Fact { attribute: "model".to_owned(), value: Scalar::Text(said) };
    one.effects[1] = Effect::Facts(vec![model]);
    let reply = world.send(Uuid::now_v7(), &[one]).await.expect(StatusCode::OK);
    assert_eq!((&reply["acknowledged_through"], &reply["rejected"]), (&json!(1), &json!([])));
    let devices = world.devices(world.tree.customer).await;
    let customer = format!("/api/v1/accounts/{}", world.tree.customer);
    let device = format!("{customer}/devices/{}", devices[0]["id"].as_str().expect("the device is there"));
    let detail = world.tree.owner.get(&device).await.expect(StatusCode::OK);
    assert_eq!(detail["facts"][0]["value"], "München 3. Stock", "{detail}");
}

#[tokio::test]
async fn a_search_finds_whatever_the_case_the_accents_and_the_spelling() {
    let world = world().await;
    world.send(Uuid::now_v7(), &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    let customer = format!("/api/v1/accounts/{}", world.tree.customer);
    let devices = world.devices(world.tree.customer).await;
    let device = format!("{customer}/devices/{}", devices[0]["id"].as_str().expect("an id"));
    let owner = &world.tree.owner;
    let named = owner.send(Method::PATCH, &device, json!({ "name": "Große Straße 50%_" })).await.expect(StatusCode::OK);
    assert_eq!(named["name"], "Große Straße 50%_");
    let path = format!("/api/v1/accounts/{}/accounts", world.tree.dealer);
    owner.post(&path, json!({ "name": "Café Weiß", "kind": "customer" })).await.expect(StatusCode::CREATED);
    let count = async |path: String, q: &str| {
        let found = Reply::of(owner.call(Method::GET, &path).query(&[("q", q)])).await.expect(StatusCode::OK);
        found["items"].as_array().expect("items").len()
    };
    for (q, devices, accounts) in [
        ("strasse", 1, 0),
        ("STRAßE", 1, 0),
        ("GROSSE", 1, 0),
        ("0%_", 1, 0),
        ("laserjet", 1, 0),
        ("abc123", 1, 0),
        ("10.1.0.", 1, 0),
        ("%", 1, 0),
        ("e%e", 0, 0),
        ("50%_ LaserJet", 0, 0),
        ("cafe weiss", 0, 1),
        ("Cafe\u{301}", 0, 1),
    ] {
        let found = (count(format!("{customer}/devices"), q).await, count(path.clone(), q).await);
        assert_eq!(found, (devices, accounts), "{q}");
    }
}

/// One name has one spelling: composed and decomposed are the same.
#[tokio::test]
async fn a_name_in_another_spelling_is_the_same_name() {
    let world = world().await;
    let groups = format!("/api/v1/accounts/{}/groups", world.tree.customer);
    let made = world.tree.owner.post(&groups, json!({ "name": " A\u{308}rzte " })).await.expect(StatusCode::CREATED);
    assert_eq!(made["name"], "\u{c4}rzte");
    world.tree.owner.post(&groups, json!({ "name": "\u{c4}rzte" })).await.refused(409, "conflict");
}
