//! What server processes share, over a real Redis: with it, without it, and while it goes and comes.

use std::time::{Duration, Instant};

use bailiwick::{config::Config, events::Kind};
use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::{
    events::{AT_MOST, Listening, events, poke},
    session::sign_in,
    support::{Api, PASSWORD, Reply, Server, client, client_builder, redis::Redis},
};

const EMAIL: &str = "shared@example.org";
const PATH: &str = "/api/v1/drivers";

/// Two processes over one database and one Redis, which hear each other.
async fn two(redis: &Redis, change: impl Fn(&mut Config)) -> (Server, Server) {
    let database = bailiwick_store::testing::database().await;
    let one = Server::over(database.clone(), Some(redis.url()), &change).await;
    let two = Server::over(database, Some(redis.url()), &change).await;
    hearing(&[&one, &two], true).await;
    (one, two)
}

async fn hearing(servers: &[&Server], wanted: bool) {
    for server in servers {
        server.hearing(wanted).await;
    }
}

fn at(api: &Api, server: &Server) -> Api {
    Api::new(&server.base, &api.token)
}

fn trouble(server: &Server, what: &str) -> bool {
    let figures = String::from_utf8(server.app.metrics().text().expect("figures")).expect("UTF-8");
    figures.contains(&format!("bailiwick_shared_troubles_total{{what=\"{what}\"}}"))
}

/// Waits until a call by this client is refused; how long that took.
async fn until_refused(client: &Client, server: &Server) -> Duration {
    let began = Instant::now();
    loop {
        let reply = Reply::of(client.get(format!("{}/api/v1/session", server.base))).await;
        if reply.status == StatusCode::UNAUTHORIZED {
            return began.elapsed();
        }
        assert!(began.elapsed() < AT_MOST, "still let in: {}", reply.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Signs in at the first, is known at the second, signs out at the first: how long the second lets it in.
async fn outlives(one: &Server, two: &Server) -> Duration {
    one.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    let (client, reply) = sign_in(one, EMAIL, PASSWORD).await;
    let cookie = reply.headers["set-cookie"].to_str().expect("ASCII");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let csrf = reply.expect(StatusCode::OK)["csrf"].as_str().expect("csrf").to_owned();
    let headers = reqwest::header::HeaderMap::from_iter([(reqwest::header::COOKIE, cookie.parse().expect("a value"))]);
    let stolen = client_builder().default_headers(headers).build().expect("a client");
    let known = Reply::of(stolen.get(format!("{}/api/v1/session", two.base))).await;
    known.expect(StatusCode::OK);
    let out = client.delete(format!("{}/api/v1/session", one.base)).header("x-csrf-token", csrf);
    Reply::of(out).await.expect(StatusCode::NO_CONTENT);
    until_refused(&stolen, two).await
}

#[tokio::test]
async fn a_limit_is_one_for_all_processes() {
    let redis = Redis::start();
    let (one, two) = two(&redis, |config| config.rates.calls = 5).await;
    let here = one.token(AccountId::ROOT, Role::Owner).await;
    let there = at(&here, &two);
    for api in [&here, &there, &here, &there, &here] {
        api.get(PATH).await.expect(StatusCode::OK);
    }
    for api in [&here, &there] {
        let refused = api.get(PATH).await;
        refused.refused(429, "rate_limited");
        let wait: u64 = refused.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds");
        assert!((1..=12).contains(&wait), "{wait}");
        assert_eq!(refused.headers["ratelimit-policy"], "\"calls\";q=5;w=60");
        assert_eq!(refused.headers["ratelimit"], format!("\"calls\";r=0;t={wait}").as_str());
    }
    assert!(!trouble(&one, "unshared") && !trouble(&two, "unshared"));
}

/// Who guesses is slowed down whatever process it asks, and no process tells Redis whose password it guesses.
#[tokio::test]
async fn guesses_at_one_address_are_counted_together_and_the_address_is_not_told() {
    let redis = Redis::start();
    let (one, two) = two(&redis, |_| {}).await;
    one.operator(AccountId::ROOT, EMAIL, Role::Owner).await;
    for _ in 0..8 {
        // what succeeds is given back
        sign_in(&one, EMAIL, PASSWORD).await.1.expect(StatusCode::OK);
        sign_in(&two, EMAIL, PASSWORD).await.1.expect(StatusCode::OK);
    }
    for server in [&one, &two].into_iter().cycle().take(10) {
        sign_in(server, EMAIL, "wrong wrong wrong").await.1.refused(401, "invalid_credentials");
    }
    for server in [&one, &two] {
        sign_in(server, &EMAIL.to_uppercase(), PASSWORD).await.1.refused(429, "rate_limited");
    }
    let kept = redis.keys();
    assert!(kept.iter().any(|key| key.starts_with("bailiwick:limit:address:")), "{kept:?}");
    assert!(!kept.iter().any(|key| key.to_lowercase().contains("shared")), "{kept:?}");
}

#[tokio::test]
async fn tokens_of_one_account_are_counted_together_and_so_is_a_source() {
    let server = Server::with(|config| config.rates.account = 4).await;
    let root = AccountId::ROOT;
    let (one, two) = (server.token(root, Role::Owner).await, server.token(root, Role::Viewer).await);
    let reply = one.get(PATH).await;
    assert_eq!(
        reply.headers["ratelimit-policy"],
        "\"source\";q=6000;w=60, \"calls\";q=1200;w=60, \"account\";q=4;w=60"
    );
    assert!(reply.headers["ratelimit"].to_str().expect("ASCII").ends_with("\"account\";r=3;t=15"));
    for api in [&two, &one, &two] {
        api.get(PATH).await.expect(StatusCode::OK);
    }
    one.get(PATH).await.refused(429, "rate_limited");
    two.get(PATH).await.refused(429, "rate_limited");
    // another account has its own
    let dealer = json!({ "name": "D", "kind": "dealer" });
    let server = Server::with(|config| config.rates.source = 6).await;
    let api = server.token(root, Role::Owner).await;
    api.post(&format!("/api/v1/accounts/{root}/accounts"), dealer).await.expect(StatusCode::CREATED);
    for _ in 0..5 {
        let anonymous = Reply::of(client().get(format!("{}{PATH}", server.base))).await;
        anonymous.refused(401, "missing_credentials");
    }
    let other = server.token(root, Role::Owner).await;
    for api in [&api, &other] {
        let refused = api.get(PATH).await;
        refused.refused(429, "rate_limited");
        assert_eq!(refused.headers["ratelimit-policy"], "\"source\";q=6;w=60");
    }
}

#[tokio::test]
async fn a_session_ended_on_one_process_is_ended_on_all() {
    let redis = Redis::start();
    let (one, other) = two(&redis, |_| {}).await;
    let took = outlives(&one, &other).await;
    assert!(took < Duration::from_secs(1), "the word arrives, and nobody waits for a proof to end: {took:?}");
}

#[tokio::test]
async fn without_redis_a_session_ends_everywhere_within_five_seconds() {
    let database = bailiwick_store::testing::database().await;
    let one = Server::over(database.clone(), None, |_| {}).await;
    let two = Server::over(database, None, |_| {}).await;
    let took = outlives(&one, &two).await;
    assert!(took < AT_MOST, "{took:?}");
}

#[tokio::test]
async fn a_role_counts_from_the_moment_it_is_changed() {
    let server = Server::start().await;
    let root = AccountId::ROOT;
    server.operator(root, EMAIL, Role::Owner).await;
    let (client, _) = sign_in(&server, EMAIL, PASSWORD).await;
    let tokens = format!("{}/api/v1/accounts/{root}/tokens", server.base);
    let api = server.token(root, Role::Owner).await;
    let operators = format!("/api/v1/accounts/{root}/operators");
    let all = api.get(&operators).await.expect(StatusCode::OK);
    let id = all["items"][0]["id"].as_str().expect("an id").to_owned();
    server.operator(root, "second@example.org", Role::Owner).await;
    for (role, status) in [("viewer", 403), ("owner", 200), ("viewer", 403)] {
        api.send(Method::PATCH, &format!("{operators}/{id}"), json!({ "role": role })).await.expect(StatusCode::OK);
        assert_eq!(Reply::of(client.get(&tokens)).await.status.as_u16(), status, "{role}");
    }
}

#[tokio::test]
async fn a_wake_up_reaches_the_streams_of_every_process() {
    let redis = Redis::start();
    let (one, two) = two(&redis, |_| {}).await;
    let tree = one.tree().await;
    let there = at(&tree.owner, &two);
    let mut listening = Listening::to(there.call(Method::GET, &events("", tree.dealer))).await;
    poke(&one, tree.customer, Kind::Alerts).await;
    listening.hears(&tree.customer.to_string()).await;
}

#[tokio::test]
async fn a_gap_in_a_process_s_words_is_noticed() {
    let redis = Redis::start();
    let server = Server::over(bailiwick_store::testing::database().await, Some(redis.url()), |_| {}).await;
    hearing(&[&server], true).await;
    let tree = server.tree().await;
    let mut listening = Listening::to(tree.owner.call(Method::GET, &events("", tree.dealer))).await;
    let say = |text: &str| {
        let mut connection =
            redis::Client::open(redis.url()).expect("an address").get_connection().expect("it answers");
        redis::cmd("PUBLISH").arg("bailiwick:wakes").arg(text).exec(&mut connection).expect("it is said");
    };
    let other = uuid::Uuid::new_v4();
    say(&json!({ "from": other, "number": 7, "wake": null }).to_string());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!trouble(&server, "lost"), "the first word of a process leaves nothing open");
    say(&json!({ "from": other, "number": 9, "wake": null }).to_string());
    listening.hears("collectors").await;
    listening.hears("alerts").await;
    listening.hears("devices").await;
    assert!(trouble(&server, "lost"));
    say("something that is no word");
    listening.hears("devices").await;
}

#[tokio::test]
async fn a_redis_that_goes_and_comes_stops_nothing() {
    let mut redis = Redis::start();
    let (one, two) = two(&redis, |config| config.rates.calls = 500).await;
    let tree = one.tree().await;
    let there = at(&tree.owner, &two);
    let mut listening = Listening::to(there.call(Method::GET, &events("", tree.dealer))).await;
    there.get(PATH).await.expect(StatusCode::OK);

    redis.stop();
    for api in [&tree.owner, &there] {
        let reply = api.get(PATH).await;
        assert!(reply.headers.contains_key("ratelimit"), "it is counted all the same");
        reply.expect(StatusCode::OK);
    }
    hearing(&[&one, &two], false).await;
    assert!(trouble(&one, "away") && trouble(&one, "unshared"));
    let took = outlives(&one, &two).await;
    assert!(took < Duration::from_secs(1), "while it is away nobody is believed without a look: {took:?}");
    listening.hears("collectors").await;

    redis.start_again();
    hearing(&[&one, &two], true).await;
    listening.hears("collectors").await;
    poke(&one, tree.customer, Kind::Alerts).await;
    listening.hears(&tree.customer.to_string()).await;
    there.get(PATH).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_redis_that_hangs_delays_one_call_a_little() {
    let redis = Redis::start();
    let (one, _two) = two(&redis, |_| {}).await;
    let api = one.token(AccountId::ROOT, Role::Owner).await;
    api.get(PATH).await.expect(StatusCode::OK);
    redis.freeze();
    let began = Instant::now();
    for _ in 0..60 {
        api.get(PATH).await.expect(StatusCode::OK);
    }
    let took = began.elapsed();
    redis.thaw();
    // if each waited for an answer, they would take 15 s
    assert!(took < Duration::from_secs(10), "{took:?}");
    hearing(&[&one], true).await;
}
