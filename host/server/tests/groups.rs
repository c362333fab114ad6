//! Groups of devices: made, filled, listed by, told where they are; and of nobody else.

use bailiwick_access::Role;
use bailiwick_contract::{exchange::Effect, value::Identity};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::collectors::{World, report, world};
use crate::support::Api;

/// Two devices of the customer.
async fn devices(world: &World) -> Vec<String> {
    for (nth, address) in [(1, "10.1.0.7"), (2, "10.1.0.8")] {
        let mut one = report(&world.digest, nth, address, 100.0);
        one.effects[0] = Effect::Identify(vec![Identity { kind: "serial".into(), value: format!("SERIAL{nth}") }]);
        world.send(Uuid::now_v7(), &[one]).await.expect(StatusCode::OK);
    }
    let path = format!("/api/v1/accounts/{}/devices", world.tree.customer);
    let found = world.tree.owner.get(&path).await.expect(StatusCode::OK);
    found["items"].as_array().expect("items").iter().map(|d| d["id"].as_str().expect("an id").to_owned()).collect()
}

async fn made(api: &Api, path: &str, name: &str) -> String {
    let group = api.post(path, json!({ "name": name })).await.expect(StatusCode::CREATED);
    assert_eq!((&group["name"], &group["devices"]), (&json!(name.trim()), &json!(0)));
    group["id"].as_str().expect("an id").to_owned()
}

async fn listed(api: &Api, account: &str, group: &str) -> Vec<Value> {
    let found = api.get(&format!("{account}/devices?group={group}")).await.expect(StatusCode::OK);
    found["items"].as_array().expect("items").iter().map(|device| device["id"].clone()).collect()
}

#[tokio::test]
async fn a_group_is_made_filled_listed_by_and_deleted() {
    let world = world().await;
    let owner = &world.tree.owner;
    let (customer, dealer) =
        (format!("/api/v1/accounts/{}", world.tree.customer), format!("/api/v1/accounts/{}", world.tree.dealer));
    let groups = format!("{customer}/groups");
    let [one, other] = devices(&world).await.try_into().expect("two devices");
    let floor = made(owner, &groups, " Second floor").await;
    owner.post(&groups, json!({ "name": "SECOND FLOOR" })).await.refused(409, "conflict");
    for name in [" ", "\u{3164}", "\u{200b}", "a\u{202e}b"] {
        owner.post(&groups, json!({ "name": name })).await.refused(422, "invalid_input");
    }
    owner.post(&groups, json!({ "name": "x".repeat(201) })).await.refused(422, "invalid_input");
    let empty = made(owner, &groups, "Ärzte").await;

    let member = |group: &str, device: &str| format!("{groups}/{group}/devices/{device}");
    for _ in 0..2 {
        owner.send(Method::PUT, &member(&floor, &one), json!({})).await.expect(StatusCode::NO_CONTENT);
    }
    assert_eq!(listed(owner, &customer, &floor).await, [json!(one)]);
    assert_eq!(listed(owner, &dealer, &floor).await, [json!(one)], "also from above");
    assert!(listed(owner, &customer, &empty).await.is_empty());
    let detail = owner.get(&format!("{customer}/devices/{one}")).await.expect(StatusCode::OK);
    assert_eq!(detail["groups"], json!([{ "id": floor, "name": "Second floor" }]));
    let detail = owner.get(&format!("{customer}/devices/{other}")).await.expect(StatusCode::OK);
    assert_eq!(detail["groups"], json!([]));
    let all = owner.get(&format!("{dealer}/groups")).await.expect(StatusCode::OK);
    let shown: Vec<_> = all["items"].as_array().expect("items").iter().map(|g| (&g["name"], &g["devices"])).collect();
    assert_eq!(shown, [(&json!("Ärzte"), &json!(0)), (&json!("Second floor"), &json!(1))]);
    assert_eq!(all["items"][0]["account"]["name"], "Customer");

    // a device that is retired is not counted, and comes back with its groups
    let device = format!("{customer}/devices/{one}");
    owner.send(Method::DELETE, &device, json!({})).await.expect(StatusCode::NO_CONTENT);
    owner.send(Method::PUT, &member(&empty, &one), json!({})).await.refused(404, "not_found");
    assert_eq!(owner.get(&format!("{groups}/{floor}")).await.expect(StatusCode::OK)["devices"], 0);
    owner.post(&format!("{device}/restore"), json!({})).await.expect(StatusCode::OK);
    assert_eq!(listed(owner, &customer, &floor).await, [json!(one)]);

    let renamed = json!({ "name": "ärzte" });
    owner.send(Method::PATCH, &format!("{groups}/{floor}"), renamed).await.refused(409, "conflict");
    let renamed = owner.send(Method::PATCH, &format!("{groups}/{floor}"), json!({ "name": "Third floor" })).await;
    assert_eq!(renamed.expect(StatusCode::OK)["name"], "Third floor");
    owner.send(Method::DELETE, &member(&floor, &other), json!({})).await.refused(404, "not_found");
    owner.send(Method::DELETE, &member(&floor, &one), json!({})).await.expect(StatusCode::NO_CONTENT);
    owner.send(Method::PUT, &member(&floor, &other), json!({})).await.expect(StatusCode::NO_CONTENT);
    owner.send(Method::DELETE, &format!("{groups}/{floor}"), json!({})).await.expect(StatusCode::NO_CONTENT);
    owner.get(&format!("{groups}/{floor}")).await.refused(404, "not_found");
    owner.get(&format!("{customer}/devices/{other}")).await.expect(StatusCode::OK);

    let audit = owner.get(&format!("{customer}/audit?action=group.")).await.expect(StatusCode::OK);
    let told: Vec<_> =
        audit["items"].as_array().expect("items").iter().rev().map(|e| e["action"].as_str().unwrap_or("")).collect();
    let expected = ["created", "created", "device_added", "renamed", "device_removed", "device_added", "deleted"]
        .map(|what| format!("group.{what}"));
    assert_eq!(told, expected);
}

/// Attack: devices and groups of other accounts, put together from above and from beside.
#[tokio::test]
async fn a_group_holds_devices_of_its_own_account_alone() {
    let world = world().await;
    let owner = &world.tree.owner;
    let [device, _] = devices(&world).await.try_into().expect("two devices");
    let path = |account| format!("/api/v1/accounts/{account}/groups");
    let beside = made(owner, &path(world.tree.sibling), "Beside").await;
    let above = made(owner, &path(world.tree.dealer), "Above").await;
    let here = made(owner, &path(world.tree.customer), "Here").await;
    for group in [&beside, &above] {
        let member = format!("{}/{group}/devices/{device}", path(world.tree.dealer));
        owner.send(Method::PUT, &member, json!({})).await.refused(404, "not_found");
    }
    // by the dealer's path, and told at the customer
    let member = format!("{}/{here}/devices/{device}", path(world.tree.dealer));
    owner.send(Method::PUT, &member, json!({})).await.expect(StatusCode::NO_CONTENT);
    let audit = format!("/api/v1/accounts/{}/audit?action=group.device_added", world.tree.customer);
    let told = owner.get(&audit).await.expect(StatusCode::OK);
    assert_eq!(told["items"][0]["after"]["device"], json!(device));
    // what lies beside sees and touches none of it
    let stranger = world.server.token(world.tree.sibling, Role::Owner).await;
    let own = path(world.tree.sibling);
    stranger.get(&format!("{own}/{here}")).await.refused(404, "not_found");
    stranger.send(Method::DELETE, &format!("{own}/{here}"), json!({})).await.refused(404, "not_found");
    stranger.send(Method::DELETE, &format!("{own}/{here}/devices/{device}"), json!({})).await.refused(404, "not_found");
    let devices = format!("/api/v1/accounts/{}/devices?group={here}", world.tree.sibling);
    assert_eq!(stranger.get(&devices).await.expect(StatusCode::OK)["items"], json!([]));
    // who only looks changes nothing
    let viewer = world.server.token(world.tree.customer, Role::Viewer).await;
    let member = format!("{}/{here}/devices/{device}", path(world.tree.customer));
    viewer.get(&path(world.tree.customer)).await.expect(StatusCode::OK);
    viewer.send(Method::DELETE, &member, json!({})).await.refused(403, "denied");
}
