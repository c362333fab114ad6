//! What a provider may not say: addresses that are not its account's, people who are somebody already.

use bailiwick_access::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::{Browser, World, people, provider::Provider};
use crate::support::PASSWORD;

#[tokio::test]
async fn only_verified_addresses_of_the_account_s_domains_count() {
    let world = World::start().await;
    for (person, code) in
        [("cy", "sso_unverified"), ("no", "sso_unverified"), ("di", "sso_elsewhere"), ("bo", "sso_no_role")]
    {
        let (browser, refused) = world.sign_in(person).await;
        refused.refused(403, code);
        assert_eq!(world.refusal().await, code);
        browser.get("/session").await.refused(401, "missing_credentials");
    }
    assert!(world.operators().await.is_empty(), "nobody was made");
    assert!(world.audit("operator.joined").await.is_empty());
}

#[tokio::test]
async fn an_operator_that_is_there_is_not_taken_over_by_its_address() {
    let world = World::start().await;
    // of another dealer altogether, of the account's own customer, of the account itself
    for (account, email) in [
        (world.tree.sibling, "ann@rhein.example"),
        (world.tree.customer, "ed@rhein.example"),
        (world.tree.dealer, "bo@rhein.example"),
    ] {
        world.server.operator(account, email, Role::Owner).await;
    }
    for person in ["ann", "ed"] {
        let (browser, refused) = world.sign_in(person).await;
        refused.refused(403, "sso_address_taken");
        browser.get("/session").await.refused(401, "missing_credentials");
    }
    let bo = world.sign_in("bo").await.1;
    bo.refused(403, "sso_address_taken");
    // and they sign in as before
    let own = json!({ "email": "ann@rhein.example", "password": PASSWORD });
    world.browser().post("/session", own).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn an_address_given_to_somebody_else_does_not_give_them_the_operator() {
    let mut world = World::start().await;
    let (_, reply) = world.sign_in("ann").await;
    let first = reply.expect(StatusCode::OK)["session"]["operator"]["id"].clone();
    let mut now = people();
    now["ann"]["sub"] = json!("another-ann");
    world.provider.set_people(now.clone()).await;
    // another Ann with the same address, while the first holds a role
    let (_, refused) = world.sign_in("ann").await;
    refused.refused(403, "sso_address_taken");
    // once the first holds nothing any more, the address is the account's to give
    let one = format!("/api/v1/accounts/{}/operators/{}", world.tree.dealer, first.as_str().unwrap());
    world.tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    let (_, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    // and the first has no part in it any more, also where the second is given a role by hand
    now["ann"]["sub"] = json!("ann");
    world.provider.set_people(now).await;
    let (_, refused) = world.sign_in("ann").await;
    refused.refused(403, "sso_address_taken");
}

#[tokio::test]
async fn a_shell_that_holds_a_role_elsewhere_is_somebody() {
    let mut world = World::start().await;
    let (_, reply) = world.sign_in("ann").await;
    let id = reply.expect(StatusCode::OK)["session"]["operator"]["id"].as_str().unwrap().to_owned();
    // another dealer's customer takes Ann in by hand
    let new = bailiwick_access::operators::NewOperator {
        email: "ann@rhein.example".parse().unwrap(),
        name: "Ann".to_owned(),
        given: Role::Owner.into(),
        password: None,
    };
    let elsewhere = elsewhere(&world).await;
    world.server.access.add_operator(&crate::support::Server::platform(), elsewhere, new).await.unwrap();
    // the session by the dealer's provider does not reach it
    let (browser, reply) = world.sign_in("ann").await;
    reply.expect(StatusCode::OK);
    let session = browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(session["grants"].as_array().map(Vec::len), Some(1), "{session}");
    browser.get(&format!("/accounts/{elsewhere}")).await.refused(404, "not_found");
    // nor does the account's administrator by another identity of the same address
    let one = format!("/api/v1/accounts/{}/operators/{id}", world.tree.dealer);
    world.tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    let mut now = people();
    now["ann"]["sub"] = json!("made-up-by-the-administrator");
    world.provider.set_people(now).await;
    let (_, refused) = world.sign_in("ann").await;
    refused.refused(403, "sso_address_taken");
}

async fn elsewhere(world: &World) -> bailiwick_store::AccountId {
    let kind = bailiwick_access::accounts::Kind::Dealer;
    let new = bailiwick_access::accounts::NewAccount { name: "Elsewhere".to_owned(), kind, owner: None };
    let root = crate::support::Server::platform();
    let made = world.server.access.create_account(&root, bailiwick_store::AccountId::ROOT, new).await;
    made.expect("an account").account.id
}

#[tokio::test]
async fn a_provider_of_one_account_does_not_speak_for_another_s_domain() {
    let world = World::start().await;
    // the customer sets up a provider of its own, which says what it likes of the dealer's people
    let mut lying = people();
    lying["mal"] = json!({ "email": "ann@rhein.example", "email_verified": true, "groups": ["field"] });
    let provider = Provider::with(lying, json!({ "key": key(&world), "certificate": certificate(&world) })).await;
    let customer = world.server.token(world.tree.customer, Role::Owner).await;
    let path = format!("/api/v1/accounts/{}/sign-in", world.tree.customer);
    let mut body = world.body();
    body["issuer"] = json!(provider.issuer);
    body["domains"] = json!(["rhein.example", "kunde.example"]);
    customer.send(reqwest::Method::PUT, &path, body).await.expect(StatusCode::OK);
    world.allow(&customer, world.tree.customer, provider.port()).await;
    // it asked for the dealer's domain too: nobody confirms one twice
    world.confirm(world.tree.customer, "rhein.example").await.refused(409, "conflict");
    world.confirm(world.tree.customer, "kunde.example").await.expect(StatusCode::OK);
    let url = world.browser().begin("ann@rhein.example").await;
    assert!(url.starts_with(&world.provider.issuer), "the dealer's own: {url}");
    let browser = Browser::new(&world.server.base);
    let url = browser.begin("mal@kunde.example").await;
    let refused = browser.finish(&browser.visit(&url, "mal").await).await;
    refused.refused(403, "sso_elsewhere");
}

/// The certificate that the world's server believes, for a second provider.
fn certificate(world: &World) -> String {
    std::fs::read_to_string(&world.provider.authority).unwrap()
}

fn key(world: &World) -> String {
    std::fs::read_to_string(world.provider.authority.with_file_name("key.pem")).unwrap()
}
