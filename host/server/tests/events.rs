//! Streams of events: who hears what, and for how long.

use std::time::Duration;

use bailiwick::events::Kind;
use bailiwick_access::{Password, Role, grants::Given, operators::NewOperator};
use bailiwick_store::{AccountId, Actor};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::{
    factors::{Browser, code},
    session::sign_in,
    support::{Api, PASSWORD, Reply, Server},
};

const EMAIL: &str = "listener@example.org";
/// What is promised.
pub const AT_MOST: Duration = Duration::from_secs(5);

/// A stream that is being read.
pub struct Listening {
    response: Response,
    heard: String,
}

impl Listening {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK);
        let mut listening = Self { response, heard: String::new() };
        listening.hears("listening").await;
        listening
    }

    /// Waits for a text, and gives all that came before it.
    pub async fn hears(&mut self, text: &str) -> String {
        let until = Instant::now() + AT_MOST;
        while !self.heard.contains(text) {
            let chunk = timeout_at(until, self.response.chunk()).await;
            assert!(chunk.is_ok(), "{text} was not heard, but: {}", self.heard);
            let chunk = chunk.expect("in time").expect("reads").expect("goes on");
            self.heard.push_str(&String::from_utf8_lossy(&chunk));
        }
        let end = self.heard.find(text).expect("it is there") + text.len();
        self.heard.drain(..end).collect()
    }

    /// Hears this account and not that one, which was poked before.
    async fn hears_only(&mut self, server: &Server, seen: AccountId, unseen: AccountId) {
        poke(server, unseen, Kind::Alerts).await;
        poke(server, seen, Kind::Devices).await;
        let heard = self.hears(&seen.to_string()).await;
        assert!(!heard.contains(&unseen.to_string()), "{heard}");
    }

    /// What is heard within a time.
    async fn gather(&mut self, time: Duration) -> String {
        let until = Instant::now() + time;
        while let Ok(chunk) = timeout_at(until, self.response.chunk()).await {
            let chunk = chunk.expect("reads").expect("goes on");
            self.heard.push_str(&String::from_utf8_lossy(&chunk));
        }
        std::mem::take(&mut self.heard)
    }

    async fn ends(mut self) {
        let until = Instant::now() + AT_MOST;
        loop {
            match timeout_at(until, self.response.chunk()).await.expect("it ends in time") {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }
}

pub async fn poke(server: &Server, account: AccountId, kind: Kind) {
    let scope = server.app.store().scope(&Actor::system("test"), account).await.expect("the account");
    server.app.bus().poke(kind, account, scope.lineage());
}

pub fn events(base: &str, account: AccountId) -> String {
    format!("{base}/api/v1/events?account={account}")
}

fn by_token(api: &Api, account: AccountId) -> RequestBuilder {
    api.call(Method::GET, &format!("/api/v1/events?account={account}"))
}

/// An operator who is signed in, with what every change needs.
async fn operator(server: &Server, account: AccountId, given: Given) -> (Client, String) {
    let new = NewOperator {
        email: EMAIL.parse().expect("an address"),
        name: "Listener".to_owned(),
        given,
        password: Some(Password::new(PASSWORD.into()).expect("long enough")),
    };
    server.access.add_operator(&Server::platform(), account, new).await.expect("an operator");
    let (client, reply) = sign_in(server, EMAIL, PASSWORD).await;
    let csrf = reply.expect(StatusCode::OK)["csrf"].as_str().expect("csrf").to_owned();
    (client, csrf)
}

async fn grant_of(api: &Api, account: AccountId) -> String {
    let path = format!("/api/v1/accounts/{account}/operators");
    let all = api.get(&path).await.expect(StatusCode::OK);
    let mine = all["items"].as_array().expect("items").iter().find(|item| item["email"] == EMAIL).cloned();
    format!("{path}/{}", mine.expect("the operator")["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let tokens = format!("/api/v1/accounts/{}/tokens", tree.dealer);
    let made = tree.owner.post(&tokens, json!({ "name": "n", "role": "viewer" })).await.expect(StatusCode::CREATED);
    let api = Api::new(&server.base, made["secret"].as_str().expect("a secret"));
    let mut listening = Listening::to(by_token(&api, tree.dealer)).await;
    poke(&server, tree.customer, Kind::Devices).await;
    listening.hears(&tree.customer.to_string()).await;
    let id = made["id"].as_str().expect("an id");
    tree.owner.delete(&format!("{tokens}/{id}")).await.expect(StatusCode::NO_CONTENT);
    listening.ends().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let (client, csrf) = operator(&server, tree.dealer, Role::Viewer.into()).await;
    let listening = Listening::to(client.get(events(&server.base, tree.dealer))).await;
    let out = client.delete(format!("{}/api/v1/session", server.base)).header("x-csrf-token", csrf);
    Reply::of(out).await.expect(StatusCode::NO_CONTENT);
    listening.ends().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_grant() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let (client, _) = operator(&server, tree.dealer, Role::Viewer.into()).await;
    let listening = Listening::to(client.get(events(&server.base, tree.customer))).await;
    let grant = grant_of(&tree.owner, tree.dealer).await;
    tree.owner.delete(&grant).await.expect(StatusCode::NO_CONTENT);
    listening.ends().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_account_is_suspended_by_whomever() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let (client, _) = operator(&server, tree.dealer, Role::Viewer.into()).await;
    let by_session = Listening::to(client.get(events(&server.base, tree.dealer))).await;
    let token = server.token(tree.dealer, Role::Viewer).await;
    let by_token = Listening::to(by_token(&token, tree.dealer)).await;
    // past every handler, so that nobody says a word
    let mut superuser = server.database.superuser().await;
    sqlx::query("update accounts set suspended_at = now() where tenant_id = $1")
        .bind(tree.dealer)
        .execute(&mut superuser)
        .await
        .expect("suspended");
    tokio::join!(by_session.ends(), by_token.ends());
}

#[tokio::test]
async fn a_stream_says_nothing_of_branches_that_the_grant_leaves_out() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let given = Given { role: Role::Viewer.into(), excluded: vec![tree.customer] };
    let (client, _) = operator(&server, tree.dealer, given).await;
    let mut listening = Listening::to(client.get(events(&server.base, tree.dealer))).await;
    listening.hears_only(&server, tree.sibling, tree.customer).await;
    // and from the moment on which another is left out, of that one
    let grant = grant_of(&tree.owner, tree.dealer).await;
    let body = json!({ "role": "viewer", "excluded": [tree.sibling] });
    tree.owner.send(Method::PATCH, &grant, body).await.expect(StatusCode::OK);
    tokio::time::sleep(Duration::from_secs(2)).await;
    listening.hears_only(&server, tree.customer, tree.sibling).await;
}

#[tokio::test]
async fn a_stream_of_an_elevation_hears_of_its_account_alone_and_ends_with_it() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(AccountId::ROOT, "root@x.example", Role::Owner).await;
    let root = Browser::signed_in(&server, "root@x.example").await;
    let app = root.enrol(&server).await;
    let refused = root.client.get(events(&server.base, tree.dealer)).send().await.expect("the server answers");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let elevation = format!("/accounts/{}/elevation", tree.dealer);
    let ask = json!({ "reason": "ticket 4711", "minutes": 30, "code": code(&server, &app) });
    root.post(&elevation, ask).await.expect(StatusCode::CREATED);
    let mut listening = Listening::to(root.client.get(events(&server.base, tree.dealer))).await;
    listening.hears_only(&server, tree.dealer, tree.customer).await;
    root.call(Method::DELETE, &elevation, serde_json::Value::Null).await.expect(StatusCode::NO_CONTENT);
    listening.ends().await;
}

#[tokio::test]
async fn a_stream_of_a_view_hears_of_the_account_that_is_looked_at() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "admin@d.example", Role::Admin).await;
    server.operator(tree.customer, "owner@c.example", Role::Owner).await;
    let owner = Browser::signed_in(&server, "owner@c.example").await;
    let owner = owner.get("/session").await.expect(StatusCode::OK)["operator"]["id"].clone();
    let admin = Browser::signed_in(&server, "admin@d.example").await;
    let ask = json!({ "operator_id": owner, "reason": "ticket 42", "minutes": 30 });
    admin.post(&format!("/accounts/{}/view-as", tree.customer), ask).await.expect(StatusCode::CREATED);
    let mut listening = Listening::to(admin.client.get(events(&server.base, tree.customer))).await;
    listening.hears_only(&server, tree.customer, tree.sibling).await;
    let above = admin.client.get(events(&server.base, tree.dealer)).send().await.expect("the server answers");
    assert_eq!(above.status(), StatusCode::NOT_FOUND, "what the other does not see, and only one's own right shows");
}

/// How often streams were asked to prove again who listens, since rights changed.
fn asked_again(server: &Server) -> u64 {
    server.app.metrics().stream_proofs.with_label_values(&["rights_changed"]).get()
}

/// Attack: strangers' calls, of which each would have every open stream look into the database.
#[tokio::test]
async fn what_strangers_do_wakes_no_stream() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let mut streams = Vec::new();
    for account in [tree.dealer, tree.customer, tree.sibling] {
        streams.push(Listening::to(by_token(&tree.owner, account)).await);
    }
    let before = asked_again(&server);
    let nobody = Client::new();
    for round in 0..40 {
        let calls = [
            ("session/sso/offer", json!({ "domain": "example.org" })),
            ("session/sso", json!({ "email": "a@example.org" })),
            ("session/passkey/challenge", json!({})),
            ("session", json!({ "email": format!("a{round}@example.org"), "password": "wrong wrong wrong" })),
            ("invitations/offer", json!({ "token": "bwi_nothing" })),
            ("password-reset/confirm", json!({ "token": "bwp_nothing", "password": "correct horse battery" })),
        ];
        for (path, body) in calls {
            let reply = nobody.post(format!("{}/api/v1/{path}", server.base)).json(&body).send().await;
            let status = reply.expect("the server answers").status();
            assert_ne!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: it must reach what it is about");
            assert!(!status.is_server_error(), "{path}: {status}");
        }
    }
    assert_eq!(asked_again(&server), before);
    for stream in &mut streams {
        assert!(!stream.gather(Duration::from_millis(50)).await.contains("data:"));
    }
}

/// An act at one account has its own listeners and those above prove themselves again, a refused one nobody.
#[tokio::test]
async fn rights_are_looked_at_again_where_they_may_have_changed() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let mut streams = Vec::new();
    for account in [tree.dealer, tree.customer, tree.sibling] {
        streams.push(Listening::to(by_token(&tree.owner, account)).await);
    }
    let before = asked_again(&server);
    let tokens = format!("/api/v1/accounts/{}/tokens", tree.customer);
    let viewer = server.token(tree.customer, Role::Viewer).await;
    for _ in 0..20 {
        viewer.post(&tokens, json!({ "name": "n", "role": "viewer" })).await.refused(403, "denied");
    }
    assert_eq!(asked_again(&server), before, "nothing was changed");
    tree.owner.post(&tokens, json!({ "name": "n", "role": "viewer" })).await.expect(StatusCode::CREATED);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(asked_again(&server), before + 2, "the customer's and its dealer's, not the sibling's");
    drop(streams);
}

/// Attack: a customer whose devices change without end.
#[tokio::test]
async fn a_storm_of_changes_is_told_twice_a_second_and_to_nobody_else() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let mut own = Listening::to(by_token(&tree.owner, tree.customer)).await;
    let mut above = Listening::to(by_token(&tree.owner, tree.dealer)).await;
    let mut beside = Listening::to(by_token(&tree.owner, tree.sibling)).await;
    let scope = server.app.store().scope(&Actor::system("test"), tree.customer).await.expect("the account");
    let place = scope.lineage().clone();
    drop(scope);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        for kind in [Kind::Devices, Kind::Alerts] {
            server.app.bus().poke(kind, tree.customer, &place);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for stream in [&mut own, &mut above] {
        let told = stream.gather(Duration::from_secs(1)).await.matches("data:").count();
        // two kinds, at once and then every half second of the time that it really took
        let most = 2 * (usize::try_from(began.elapsed().as_millis() / 500).expect("short") + 2);
        assert!((4..=most).contains(&told), "{told} of at most {most}");
    }
    assert!(!beside.gather(Duration::from_millis(50)).await.contains("data:"));
}

#[tokio::test]
async fn one_credential_has_a_few_streams_and_is_told_so() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Listening::to(by_token(&tree.owner, tree.dealer)).await);
    }
    let refused = Reply::of(by_token(&tree.owner, tree.dealer)).await;
    refused.refused(429, "too_many_streams");
    assert_eq!(refused.headers["retry-after"], "30");
    let other = server.token(tree.dealer, Role::Viewer).await;
    Listening::to(by_token(&other, tree.dealer)).await;
    // whoever closes a page can open another
    streams.pop();
    let until = Instant::now() + AT_MOST;
    loop {
        let response = by_token(&tree.owner, tree.dealer).send().await.expect("the server answers");
        if response.status() == StatusCode::OK {
            return;
        }
        assert!(Instant::now() < until, "the place was not given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
