//! Attacks with credentials that are none: they cost the guesser its rate, and the database next to nothing.

use bailiwick_access::{Credential, Role, operators::NewOperator};
use bailiwick_store::AccountId;
use reqwest::{Client, Method, StatusCode};
use secrecy::ExposeSecret as _;

use crate::{
    collectors,
    session::sign_in,
    support::{Api, PASSWORD, Reply, Server},
};

/// One that is whole and that nobody was given.
fn made_up(kind: Credential) -> String {
    kind.generate().expect("randomness").0.expose_secret().to_owned()
}

/// As collectors' keys look.
fn made_up_key(number: u32) -> String {
    format!("bwc_{number:043}")
}

fn lookups(server: &Server) -> u64 {
    server.app.metrics().credential_lookups.get()
}

async fn get(server: &Server, token: &str) -> Reply {
    Api::new(&server.base, token).get("/api/v1/drivers").await
}

/// Attack: 2,000 wrong keys at each door.
#[tokio::test]
async fn thousands_of_wrong_keys_cost_a_bounded_number_of_looks() {
    let server = Server::start().await;
    let before = lookups(&server);
    let client = Client::new();
    let mut refused = 0;
    for number in 0..2_000 {
        let (path, key) = match number % 3 {
            0 => ("/api/v1/drivers", made_up(Credential::API_TOKEN)),
            1 => ("/collector/v1/assignment", made_up_key(number)),
            _ => ("/api/v1/session", made_up(Credential::SESSION)),
        };
        let request = client.get(format!("{}{path}", server.base));
        let request = if number % 3 == 2 {
            request.header("cookie", format!("bailiwick={key}"))
        } else {
            request.bearer_auth(key)
        };
        match request.send().await.expect("the server answers").status() {
            StatusCode::TOO_MANY_REQUESTS => refused += 1,
            status => assert_eq!(status, StatusCode::UNAUTHORIZED),
        }
    }
    let looks = lookups(&server) - before;
    // sixty at once, and one more for each second that this took
    assert!((60..200).contains(&looks) && refused > 1_800, "{looks} looks, {refused} refused");
}

#[tokio::test]
async fn a_wrong_key_is_looked_up_once() {
    let world = collectors::world().await;
    let server = &world.server;
    for key in [made_up(Credential::API_TOKEN), made_up_key(1)] {
        let before = lookups(server);
        let path = if key.starts_with("bwc") { "/collector/v1/assignment" } else { "/api/v1/drivers" };
        for _ in 0..20 {
            Api::new(&server.base, &key).get(path).await.refused(401, "invalid_credentials");
        }
        assert_eq!(lookups(server), before + 1, "{key}");
    }
    // one that is made afterwards is another, and is let in
    let token = server.token(world.tree.customer, Role::Viewer).await;
    token.get("/api/v1/drivers").await.expect(StatusCode::OK);
    let (collector, _) = collectors::enroll(server, &world.tree, world.tree.customer).await;
    collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
}

/// Attack: somebody guesses from behind the address of an office. Who works there goes on working, and can sign in.
#[tokio::test]
async fn who_proved_good_is_served_beside_a_guesser() {
    let world = collectors::world().await;
    let server = &world.server;
    server.operator(AccountId::ROOT, "office@example.org", Role::Owner).await;
    world.tree.owner.get("/api/v1/drivers").await.expect(StatusCode::OK);
    world.collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    while get(server, &made_up(Credential::API_TOKEN)).await.status != StatusCode::TOO_MANY_REQUESTS {}
    Api::new(&server.base, &made_up_key(1)).get("/collector/v1/assignment").await.refused(429, "rate_limited");
    world.tree.owner.get("/api/v1/drivers").await.expect(StatusCode::OK);
    world.collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    let (client, reply) = sign_in(server, "office@example.org", PASSWORD).await;
    reply.expect(StatusCode::OK);
    Reply::of(client.get(format!("{}/api/v1/session", server.base))).await.expect(StatusCode::OK);
}

/// A session whose operator lost everything is none for as long as that lasts, and no longer.
#[tokio::test]
async fn who_is_given_a_role_again_is_known_at_once() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "back@example.org", Role::Viewer).await;
    let (client, reply) = sign_in(&server, "back@example.org", PASSWORD).await;
    let id = reply.expect(StatusCode::OK)["operator"]["id"].as_str().expect("an id").to_owned();
    let operators = format!("/api/v1/accounts/{}/operators", tree.dealer);
    tree.owner.delete(&format!("{operators}/{id}")).await.expect(StatusCode::NO_CONTENT);
    let own = || Reply::of(client.get(format!("{}/api/v1/session", server.base)));
    for _ in 0..3 {
        own().await.refused(401, "session_expired");
    }
    let again = NewOperator {
        email: "back@example.org".parse().expect("an address"),
        name: "Back".to_owned(),
        given: Role::Viewer.into(),
        password: None,
    };
    server.access.add_operator(&Server::platform(), tree.dealer, again).await.expect("is given a role again");
    own().await.expect(StatusCode::OK);
}

/// Attack: a flood at the collectors' door, from one address, without a key.
#[tokio::test]
async fn the_collectors_door_has_a_limit_by_source() {
    let server = Server::with(|config| config.rates.source = 30).await;
    let call = || Reply::of(Client::new().request(Method::GET, format!("{}/collector/v1/assignment", server.base)));
    let mut refused = 0;
    for _ in 0..50 {
        refused += u32::from(call().await.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 15, "{refused}");
    let anonymous = Reply::of(Client::new().get(format!("{}/api/v1/drivers", server.base))).await;
    anonymous.refused(401, "missing_credentials");
}
