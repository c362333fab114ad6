//! Fair shares: what one account has under way and waiting is bounded, and costs no other account its turn.

use std::time::Duration;

use bailiwick_access::Role;
use bailiwick_contract::report::Report;
use bailiwick_store::{AccountId, testing::database_with};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    collectors::{now, report, world_with},
    support::{Api, Reply, Server},
};

/// A figure without labels, or with these; one that was never counted is not shown yet.
fn figure(server: &Server, name: &str) -> f64 {
    let text = String::from_utf8(server.app.metrics().text().expect("figures")).expect("UTF-8");
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()).map_or(0.0, |value| value.parse().expect("a number"))
}

/// Waits until a figure has this value.
async fn until(server: &Server, name: &str, value: f64) {
    let end = tokio::time::Instant::now() + Duration::from_secs(10);
    while figure(server, name) != value {
        assert!(tokio::time::Instant::now() < end, "{name} is {}, not {value}", figure(server, name));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const RUNNING: &str = "bailiwick_work_running{kind=\"call\"}";
const WAITING: &str = "bailiwick_work_waiting{kind=\"call\"}";

/// Keeps whoever changes something of an account waiting, until it is rolled back.
async fn hold_up(connection: &mut PgConnection, account: AccountId) {
    sqlx::query("begin").execute(&mut *connection).await.expect("begins");
    let lock = sqlx::query("select 1 from accounts where tenant_id = $1 for update").bind(account);
    lock.execute(connection).await.expect("locks");
}

async fn make_group(api: &Api, account: AccountId, name: &str) -> Reply {
    api.post(&format!("/api/v1/accounts/{account}/groups"), json!({ "name": name })).await
}

#[tokio::test]
async fn beyond_its_share_an_account_waits_then_is_refused_and_others_are_served() {
    let server = Server::with(|config| {
        config.work.account = 2;
        config.work.waiting = 1;
    })
    .await;
    let tree = server.tree().await;
    let noisy = server.token(tree.customer, Role::Owner).await;
    let quiet = server.token(tree.sibling, Role::Owner).await;
    let mut outside = server.database.superuser().await;
    hold_up(&mut outside, tree.customer).await;
    let calls: Vec<_> = (0..3)
        .map(|n| {
            let noisy = noisy.clone();
            tokio::spawn(async move { make_group(&noisy, tree.customer, &format!("Group {n}")).await })
        })
        .collect();
    until(&server, RUNNING, 2.0).await;
    until(&server, WAITING, 1.0).await;

    let looks = format!("/api/v1/accounts/{}", tree.customer);
    for refused in [make_group(&noisy, tree.customer, "One more").await, noisy.get(&looks).await] {
        refused.refused(429, "too_much_at_once");
        assert!(refused.headers["retry-after"].to_str().is_ok_and(|after| after.parse::<u64>().is_ok()));
    }
    make_group(&quiet, tree.sibling, "Group").await.expect(StatusCode::CREATED);
    assert_eq!(figure(&server, "bailiwick_work_refused_total{kind=\"call\",why=\"own_queue_full\"}"), 2.0);

    outside.close().await.expect("closes");
    for call in calls {
        call.await.expect("no panic").expect(StatusCode::CREATED);
    }
    assert_eq!((figure(&server, RUNNING), figure(&server, WAITING)), (0.0, 0.0));
    make_group(&noisy, tree.customer, "One more").await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_waits_holds_no_connection_and_is_told_when_it_takes_too_long() {
    let server = Server::with_connections(2, |config| {
        config.work.account = 1;
        config.work.patience = Duration::from_millis(300);
    })
    .await;
    let tree = server.tree().await;
    let noisy = server.token(tree.customer, Role::Owner).await;
    let quiet = server.token(tree.sibling, Role::Owner).await;
    let mut outside = server.database.superuser().await;
    hold_up(&mut outside, tree.customer).await;
    let call = |n: u32| {
        let noisy = noisy.clone();
        tokio::spawn(async move { make_group(&noisy, tree.customer, &format!("Group {n}")).await })
    };
    let first = call(0);
    until(&server, RUNNING, 1.0).await;
    let others: Vec<_> = (1..20).map(call).collect();
    until(&server, WAITING, 19.0).await;
    // one connection is left: it would not be, if any of the others had one
    make_group(&quiet, tree.sibling, "Group").await.expect(StatusCode::CREATED);
    for other in others {
        let refused = other.await.expect("no panic");
        refused.refused(503, "unavailable");
        assert!(refused.headers.contains_key("retry-after"));
    }
    outside.close().await.expect("closes");
    first.await.expect("no panic").expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_slow_sender_and_a_slow_reader_hold_no_share() {
    let server = Server::with(|config| config.work.account = 1).await;
    let tree = server.tree().await;
    let owner = server.token(tree.customer, Role::Owner).await;
    let address = server.base.strip_prefix("http://").expect("plain").to_owned();
    let open = async |head: String| {
        let mut stream = TcpStream::connect(&address).await.expect("connects");
        stream.write_all(head.as_bytes()).await.expect("sends");
        stream
    };
    let of = |method: &str, path: &str, rest: &str| {
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n{rest}\r\n", owner.token)
    };
    let groups = format!("/api/v1/accounts/{}/groups", tree.customer);
    let slow = of("POST", &groups, "content-type: application/json\r\ncontent-length: 1000\r\n");
    let mut sender = open(format!("{slow}{{\"name\": ")).await;
    let mut listener = open(of("GET", &format!("/api/v1/events?account={}", tree.customer), "")).await;
    let mut heard = [0; 12];
    listener.read_exact(&mut heard).await.expect("listens");
    assert_eq!(&heard, b"HTTP/1.1 200");
    make_group(&owner, tree.customer, "Group").await.expect(StatusCode::CREATED);
    assert_eq!(figure(&server, RUNNING), 0.0, "neither the half-sent call nor the stream holds a share");
    sender.shutdown().await.expect("ends");
}

fn batch(reports: &[Report]) -> Value {
    json!({ "spool": Uuid::now_v7(), "clock": now(), "reports": reports })
}

#[tokio::test]
async fn batches_of_one_collector_are_applied_one_after_another_without_a_redo() {
    let world = world_with(|config| config.work.collector_waiting = 30).await;
    let sends: Vec<_> = (1..=24_u32)
        .map(|n| {
            let collector = world.collector.clone();
            // each from a spool of its own, and all of the same device
            let batch = batch(&[report(&world.digest, 1, "10.1.0.7", f64::from(n))]);
            tokio::spawn(async move { collector.post("/collector/v1/reports", batch).await })
        })
        .collect();
    for send in sends {
        send.await.expect("no panic").expect(StatusCode::OK);
    }
    assert_eq!(figure(&world.server, "bailiwick_ingest_redone_total"), 0.0);
    assert_eq!(figure(&world.server, "bailiwick_ingest_reports_total{outcome=\"applied\"}"), 24.0);
    assert_eq!(world.devices(world.tree.customer).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_collector_at_full_blast_is_refused_beyond_its_queue_and_keeps_nobody_waiting() {
    let world = world_with(|config| config.work.collector_waiting = 2).await;
    let operator = world.server.token(world.tree.customer, Role::Viewer).await;
    // its key is known from here on: sixty calls with one that is not would count as guesses
    world.collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    let mut outside = world.server.database.superuser().await;
    hold_up(&mut outside, world.tree.customer).await;
    let first = batch(&[report(&world.digest, 1, "10.1.0.7", 1.0)]);
    let sends: Vec<_> = (0..60)
        .map(|_| {
            let (collector, first) = (world.collector.clone(), first.clone());
            tokio::spawn(async move { collector.post("/collector/v1/reports", first).await })
        })
        .collect();
    until(&world.server, "bailiwick_work_refused_total{kind=\"collector\",why=\"own_queue_full\"}", 57.0).await;
    assert_eq!(figure(&world.server, "bailiwick_work_running{kind=\"collector\"}"), 1.0);
    operator.get(&format!("/api/v1/accounts/{}/devices", world.tree.customer)).await.expect(StatusCode::OK);
    outside.close().await.expect("closes");
    let mut served = 0;
    for send in sends {
        let reply = send.await.expect("no panic");
        if reply.status == StatusCode::OK {
            served += 1;
        } else {
            reply.refused(429, "too_much_at_once");
            assert!(reply.headers.contains_key("retry-after"));
        }
    }
    assert_eq!(served, 3);
}

#[tokio::test]
async fn a_collector_has_one_batch_at_a_time_over_all_processes() {
    let world = world_with(|_| {}).await;
    let other = Server::over(world.server.database.clone(), None, |_| {}).await;
    let there = Api::new(&other.base, &world.collector.token);
    let mut elsewhere = world.server.database.superuser().await;
    let lock = "select pg_advisory_lock(hashtextextended('ingest ' || id::text, 0)) from collectors";
    sqlx::query(lock).execute(&mut elsewhere).await.expect("a third process applies a batch of it");
    let sent = batch(&[report(&world.digest, 1, "10.1.0.7", 1.0)]);
    let refused = there.post("/collector/v1/reports", sent.clone()).await;
    refused.refused(503, "unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    elsewhere.close().await.expect("it is done");
    assert_eq!(there.post("/collector/v1/reports", sent).await.expect(StatusCode::OK)["acknowledged_through"], 1);
}

#[tokio::test]
async fn a_batch_that_waits_for_another_process_holds_no_connection() {
    let database = database_with(1).await;
    let server = Server::over(database.clone(), None, |_| {}).await;
    let tree = server.tree().await;
    let (collector, id) = crate::collectors::enroll(&server, &tree, tree.customer).await;
    let mut elsewhere = database.superuser().await;
    let lock = "select pg_advisory_lock(hashtextextended('ingest ' || $1, 0))";
    sqlx::query(lock).bind(&id).execute(&mut elsewhere).await.expect("another process applies a batch of it");
    let waits = tokio::spawn(async move { collector.post("/collector/v1/reports", batch(&[])).await });
    until(&server, "bailiwick_work_running{kind=\"collector\"}", 1.0).await;
    // the only connection is free in between
    make_group(&server.token(tree.sibling, Role::Owner).await, tree.sibling, "Group").await.expect(StatusCode::CREATED);
    waits.await.expect("no panic").refused(503, "unavailable");
}
