//! A suspended branch: nobody signs in, no report is taken, and nothing is lost.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::{
    collectors::{enroll, report, world},
    support::{PASSWORD, Reply, client},
};

#[tokio::test]
async fn a_collector_that_reports_during_a_suspension_loses_nothing() {
    let world = world().await;
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    let spool = Uuid::now_v7();
    let batch = |from: u64, to: u64| -> Vec<_> {
        (from..=to).map(|n| report(&world.digest, n, "10.1.0.7", 100.0 + n as f64)).collect()
    };
    world.send(spool, &batch(1, 1)).await.expect(StatusCode::OK);
    let own = world.server.token(world.tree.customer, Role::Viewer).await;

    // the dealer's suspension holds for the customer too
    for branch in [world.tree.customer, world.tree.dealer] {
        let path = format!("/api/v1/accounts/{branch}");
        let why = json!({ "reason": "unpaid since May" });
        let view = world.tree.root.post(&format!("{path}/suspend"), why).await.expect(StatusCode::OK);
        assert!(view["suspended_at"].is_string(), "{view}");
        for _ in 0..70 {
            // more often than bad guesses are let through: a suspended collector is no guesser
            world.send(spool, &batch(2, 2)).await.refused(403, "suspended");
        }
        world.collector.get("/collector/v1/assignment").await.refused(403, "suspended");
        own.get(&account).await.refused(403, "suspended");
        world.tree.root.post(&format!("{path}/resume"), json!({})).await.expect(StatusCode::OK);
    }
    own.get(&account).await.expect(StatusCode::OK);
    // the server's clock went on, too
    world.server.database.clock.advance(jiff::SignedDuration::from_secs(60));
    let reply = world.send(spool, &batch(2, 2)).await.expect(StatusCode::OK);
    assert_eq!((&reply["acknowledged_through"], &reply["rejected"]), (&json!(2), &json!([])));
    let devices = world.devices(world.tree.customer).await;
    assert_eq!((devices.as_array().map(Vec::len), &devices[0]["headlines"][0]["value"]), (Some(1), &json!(102)));
    let audit = world.tree.owner.get(&format!("{account}/audit?action=account.")).await.expect(StatusCode::OK);
    let actions: Vec<_> =
        audit["items"].as_array().expect("items").iter().map(|e| e["action"].as_str().unwrap_or("")).collect();
    assert_eq!(actions, ["account.resumed", "account.suspended", "account.created"]);
    assert_eq!(audit["items"][1]["reason"], "unpaid since May");
}

#[tokio::test]
async fn a_suspension_is_shown_and_its_branch_alone_is_closed() {
    let world = world().await;
    let tree = &world.tree;
    world.server.operator(tree.customer, "someone@customer.example", Role::Owner).await;
    let sign_in = || {
        let body = json!({ "email": "someone@customer.example", "password": PASSWORD });
        Reply::of(client().post(format!("{}/api/v1/session", world.server.base)).json(&body))
    };
    let account = format!("/api/v1/accounts/{}", tree.customer);
    tree.owner.post(&format!("{account}/suspend"), json!({})).await.expect(StatusCode::OK);
    sign_in().await.refused(403, "suspended");
    // who is above still sees and helps
    tree.owner.get(&format!("{account}/devices")).await.expect(StatusCode::OK);
    let (sibling, _) = enroll(&world.server, tree, tree.sibling).await;
    sibling.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    // and nobody enrolls there
    let list = tree.root.get(&format!("/api/v1/accounts/{}/accounts?depth=subtree", AccountId::ROOT)).await;
    let list = list.expect(StatusCode::OK);
    let shown = |name: &str| {
        let one = list["items"].as_array().expect("items").iter().find(|a| a["name"] == name).expect("listed");
        (one["suspended_at"].is_string(), one["suspended_above"] == json!(true))
    };
    assert_eq!((shown("Customer"), shown("Sibling")), ((true, false), (false, false)));
    tree.owner.post(&format!("{account}/resume"), json!({})).await.expect(StatusCode::OK);
    sign_in().await.expect(StatusCode::OK);
    let dealer = format!("/api/v1/accounts/{}", tree.dealer);
    tree.root.post(&format!("{dealer}/suspend"), json!({})).await.expect(StatusCode::OK);
    let view = tree.root.get(&account).await.expect(StatusCode::OK);
    assert_eq!((&view["suspended_at"], &view["suspended_above"]), (&json!(null), &json!(true)));
}

#[tokio::test]
async fn nobody_suspends_the_account_that_its_role_lies_on() {
    let world = world().await;
    let customer = world.server.token(world.tree.customer, Role::Owner).await;
    let body = || json!({});
    for (api, account) in
        [(&world.tree.root, AccountId::ROOT), (&world.tree.owner, world.tree.dealer), (&customer, world.tree.customer)]
    {
        let path = format!("/api/v1/accounts/{account}");
        api.post(&format!("{path}/suspend"), body()).await.refused(403, "own_account");
        api.post(&format!("{path}/resume"), body()).await.refused(403, "own_account");
        api.post(&format!("{path}/deletion"), json!({ "name": "Dealer" })).await.refused(403, "own_account");
        let to = json!({ "parent_id": world.tree.dealer });
        api.post(&format!("{path}/move"), to).await.refused(403, "own_account");
        let quotas = json!({ "devices": 1_000_000, "collectors": null, "operators": null });
        api.send(Method::PUT, &format!("{path}/quotas"), quotas).await.refused(403, "own_account");
    }
    let technician = world.server.token(world.tree.dealer, Role::Technician).await;
    technician.post(&format!("/api/v1/accounts/{}/suspend", world.tree.customer), body()).await.refused(403, "denied");
}

#[tokio::test]
async fn what_was_imposed_from_above_is_not_lifted_from_between() {
    let world = world().await;
    let (tree, account) = (&world.tree, format!("/api/v1/accounts/{}", world.tree.customer));
    tree.root.post(&format!("{account}/suspend"), json!({})).await.expect(StatusCode::OK);
    tree.owner.post(&format!("{account}/resume"), json!({})).await.refused(403, "imposed_from_above");
    tree.owner.post(&format!("{account}/suspend"), json!({})).await.expect(StatusCode::OK);
    tree.owner.post(&format!("{account}/resume"), json!({})).await.refused(403, "imposed_from_above");
    tree.root.post(&format!("{account}/resume"), json!({})).await.expect(StatusCode::OK);
    let name = tree.root.get(&account).await.expect(StatusCode::OK)["name"].clone();
    let deletion = format!("{account}/deletion");
    tree.root.post(&deletion, json!({ "name": name })).await.expect(StatusCode::ACCEPTED);
    tree.owner.send(Method::DELETE, &deletion, json!({})).await.refused(403, "imposed_from_above");
    tree.root.send(Method::DELETE, &deletion, json!({})).await.expect(StatusCode::NO_CONTENT);
    let view = tree.owner.get(&account).await.expect(StatusCode::OK);
    assert_eq!((&view["suspended_at"], &view["erase_at"]), (&json!(null), &json!(null)));
}
