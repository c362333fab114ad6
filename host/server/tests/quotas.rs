//! Quotas hold over a subtree, for all that could add to it; and what there was is counted for invoices.

use std::sync::Arc;

use bailiwick_access::Role;
use bailiwick_contract::{exchange::Effect, report::Report, value::Identity};
use bailiwick_devices::{
    jobs::{Workers, schedule},
    usage::Census,
};
use bailiwick_store::AccountId;
use jiff::{SignedDuration, tz::TimeZone};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    collectors::{World, enroll, report, world},
    support::{Reply, client},
};

fn of(digest: &str, sequence: u64, serial: &str) -> Report {
    let mut report = report(digest, sequence, "10.1.0.7", 100.0);
    let identity = Identity { kind: "serial".to_owned(), value: serial.to_owned() };
    report.effects = vec![Effect::Identify(vec![identity])];
    report
}

async fn limit(world: &World, account: AccountId, limits: Value) -> Value {
    let path = format!("/api/v1/accounts/{account}/quotas");
    world.tree.root.send(Method::PUT, &path, limits).await.expect(StatusCode::OK)
}

fn codes(reply: &Value) -> Vec<&str> {
    reply["rejected"].as_array().expect("a list").iter().map(|r| r["code"].as_str().unwrap_or("")).collect()
}

#[tokio::test]
async fn devices_beyond_a_quota_are_not_made_and_nothing_else_is_lost() {
    let world = world().await;
    let digest = world.digest.as_str();
    let spool = Uuid::now_v7();
    limit(&world, world.tree.dealer, json!({ "devices": 2, "collectors": null, "operators": null })).await;
    let batch = [of(digest, 1, "A1"), of(digest, 2, "A2"), of(digest, 3, "A3"), of(digest, 4, "A1")];
    let reply = world.send(spool, &batch).await.expect(StatusCode::OK);
    assert_eq!(codes(&reply), ["quota_exceeded"], "the known device's second report is taken: {reply}");
    assert_eq!(reply["acknowledged_through"], 4);

    // the dealer's other customers share it
    let grant = format!("/api/v1/accounts/{}/drivers/test-driver", world.tree.sibling);
    world.tree.owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
    let (sibling, _) = enroll(&world.server, &world.tree, world.tree.sibling).await;
    let body = json!({ "spool": Uuid::now_v7(), "clock": crate::collectors::now(), "reports": [of(digest, 1, "B1")] });
    let reply = sibling.post("/collector/v1/reports", body).await.expect(StatusCode::OK);
    assert_eq!(codes(&reply), ["quota_exceeded"]);
    let own = world.server.token(world.tree.customer, Role::Owner).await;
    let path = format!("/api/v1/accounts/{}/quotas", world.tree.customer);
    let seen = own.get(&path).await.expect(StatusCode::OK);
    assert_eq!((&seen["used"]["devices"], &seen["inherited"]), (&json!(2), &json!([])), "what lies above is unseen");
    let seen = world.tree.root.get(&path).await.expect(StatusCode::OK);
    assert_eq!((&seen["inherited"][0]["limit"], &seen["inherited"][0]["used"]), (&json!(2), &json!(2)));

    // one that is retired makes room, and does not come back beyond it
    let devices = world.devices(world.tree.customer).await;
    let device =
        format!("/api/v1/accounts/{}/devices/{}", world.tree.customer, devices[0]["id"].as_str().expect("an id"));
    world.tree.owner.delete(&device).await.expect(StatusCode::NO_CONTENT);
    let reply = world.send(spool, &[of(digest, 5, "A4")]).await.expect(StatusCode::OK);
    assert_eq!(codes(&reply), [""; 0]);
    world.tree.owner.post(&format!("{device}/restore"), json!({})).await.refused(409, "quota_exceeded");
    limit(&world, world.tree.dealer, json!({ "devices": 3, "collectors": null, "operators": null })).await;
    world.tree.owner.post(&format!("{device}/restore"), json!({})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn two_collectors_do_not_take_the_same_last_place() {
    let world = world().await;
    let grant = format!("/api/v1/accounts/{}/drivers/test-driver", world.tree.sibling);
    world.tree.owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
    let (sibling, _) = enroll(&world.server, &world.tree, world.tree.sibling).await;
    limit(&world, world.tree.dealer, json!({ "devices": 5, "collectors": null, "operators": null })).await;
    let send = |api: &crate::support::Api, letter: &str| {
        let reports: Vec<Report> = (1..=5).map(|n| of(&world.digest, n, &format!("{letter}{n}"))).collect();
        let body = json!({ "spool": Uuid::now_v7(), "clock": crate::collectors::now(), "reports": reports });
        let api = api.clone();
        async move { api.post("/collector/v1/reports", body).await.expect(StatusCode::OK) }
    };
    let (one, other) = tokio::join!(send(&world.collector, "A"), send(&sibling, "B"));
    assert_eq!(codes(&one).len() + codes(&other).len(), 5, "{one} {other}");
    assert_eq!(world.devices(world.tree.dealer).await.as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn collectors_and_operators_are_limited_too() {
    let world = world().await;
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    world.server.operator(world.tree.sibling, "first@dealer.example", Role::Viewer).await;
    limit(&world, world.tree.dealer, json!({ "devices": null, "collectors": 1, "operators": 1 })).await;
    let site = world.tree.owner.post(&format!("{account}/sites"), json!({ "name": "Second" })).await;
    let site = site.expect(StatusCode::CREATED);
    let made = world
        .tree
        .owner
        .post(&format!("{account}/collectors/enrollments"), json!({ "site_id": site["id"], "name": "Second" }))
        .await
        .expect(StatusCode::CREATED);
    let enroll = || {
        let body = json!({ "token": made["token"], "version": "0.1.0" });
        Reply::of(client().post(format!("{}/collector/v1/enroll", world.server.base)).json(&body))
    };
    enroll().await.refused(409, "quota_exceeded");
    let add = |email: &'static str| {
        let body = json!({ "email": email, "name": "Someone", "role": "viewer" });
        let (api, path) = (world.tree.owner.clone(), format!("{account}/operators"));
        async move { api.post(&path, body).await }
    };
    add("second@dealer.example").await.refused(409, "quota_exceeded");
    add("first@dealer.example").await.expect(StatusCode::CREATED);
    limit(&world, world.tree.dealer, json!({ "devices": null, "collectors": 2, "operators": 2 })).await;
    add("second@dealer.example").await.expect(StatusCode::CREATED);
    enroll().await.expect(StatusCode::OK);
    limit(&world, world.tree.customer, json!({ "devices": null, "collectors": null, "operators": 0 })).await;
    add("third@dealer.example").await.refused(409, "quota_exceeded");
    let negative = json!({ "devices": -1, "collectors": null, "operators": null });
    world.tree.root.send(Method::PUT, &format!("{account}/quotas"), negative).await.refused(422, "invalid_input");
}

#[tokio::test]
async fn the_most_devices_of_a_day_are_billed() {
    let world = world().await;
    let store = world.server.app.store();
    let spool = Uuid::now_v7();
    schedule(store).await.expect("schedules");
    let workers = Workers::new(store.clone(), vec![Arc::new(Census)]);
    let day = || TimeZone::UTC.to_datetime(store.now()).date();
    world.send(spool, &[of(&world.digest, 1, "A1"), of(&world.digest, 2, "A2")]).await.expect(StatusCode::OK);
    let first = day();
    assert!(workers.run_one().await.expect("runs"));
    let devices = world.devices(world.tree.customer).await;
    let device = devices[0]["id"].as_str().expect("an id");
    let path = format!("/api/v1/accounts/{}/devices/{device}", world.tree.customer);
    world.tree.owner.delete(&path).await.expect(StatusCode::NO_CONTENT);
    world.server.database.clock.advance(SignedDuration::from_hours(24));
    let second = day();
    assert!(workers.run_one().await.expect("runs"));

    let list = |account: AccountId, by: &str| {
        let path = format!("/api/v1/accounts/{account}/usage?from={first}&to={second}&by={by}");
        let api = world.tree.owner.clone();
        async move { api.get(&path).await.expect(StatusCode::OK)["items"].clone() }
    };
    let days = list(world.tree.dealer, "day").await;
    let figures: Vec<_> =
        days.as_array().expect("rows").iter().map(|r| (r["period"].clone(), r["devices"].clone())).collect();
    assert_eq!(figures, [(json!(first.to_string()), json!(2)), (json!(second.to_string()), json!(1))]);
    assert_eq!(days[0]["account"]["name"], "Customer");
    if first.month() == second.month() {
        let month = list(world.tree.dealer, "month").await;
        assert_eq!((&month[0]["devices"], &month[0]["device_days"]), (&json!(2), &json!(3)));
    }
    assert_eq!(list(world.tree.sibling, "day").await, json!([]));

    let path = format!("/api/v1/accounts/{}/usage?from={first}&to={second}&limit=1", world.tree.dealer);
    let page = world.tree.owner.get(&path).await.expect(StatusCode::OK);
    let next = format!("{path}&cursor={}", page["next"].as_str().expect("a next page"));
    let page = world.tree.owner.get(&next).await.expect(StatusCode::OK);
    assert_eq!((&page["items"][0]["devices"], &page["next"]), (&json!(1), &json!(null)));
    let csv = Reply::of(world.tree.owner.call(Method::GET, &path).header("accept", "text/csv")).await;
    assert!(csv.text.starts_with("account.id,account.name,period,driver,devices,device_days\r\n"), "{}", csv.text);
    assert!(csv.text.contains(&format!(",Customer,{first},test-driver,2,2")), "{}", csv.text);
    let wrong = format!("/api/v1/accounts/{}/usage?from={second}&to={first}", world.tree.dealer);
    world.tree.owner.get(&wrong).await.refused(422, "invalid_input");
}
