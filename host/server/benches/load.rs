//! One tenant at full blast beside another: `cargo xtask bench load`.
//!
//! The server with its default limits, over real HTTP and a real PostgreSQL that waits for the disk at each commit. A
//! quiet tenant makes one call after another: lists, a single account, small batches of a collector. Its times are taken
//! alone, then beside a tenant that keeps 60 batches of one collector under way, then beside one that keeps 60 heavy calls
//! of one token under way. Neither heeds `Retry-After`: each is back after 20 ms. Last, four collectors of other tenants
//! deliver while the first tenant misbehaves: how many reports a second are applied?
//!
//! `BENCH_SECONDS` says how long each part takes (10).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench can only stop"
)]

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bailiwick_access::Role;
use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Fact, Identity, Point, Scalar},
};
use bailiwick_store::{AccountId, testing};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Api, Server, Tree, driver};
use tokio::task::JoinSet;
use uuid::Uuid;

const PARALLEL: usize = 60;
const BATCH: u64 = 100;
const DEVICES: u64 = 2_000;
/// Between a refusal and the next try of who misbehaves.
const IMPATIENCE: Duration = Duration::from_millis(20);

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// Reports of these devices, as a printer says them; one counter and one level change each time.
fn batch(digest: &str, spool: Uuid, from: u64, devices: impl Iterator<Item = u64>) -> Value {
    let report = |(n, device): (usize, u64)| {
        let (sequence, at) = (from + u64::try_from(n).unwrap(), now());
        let serial = format!("SN{device:06}");
        let fact = |attribute: &str, value: &str| Fact {
            attribute: attribute.to_owned(),
            value: Scalar::Token(value.to_owned()),
        };
        let identity = Identity { kind: "serial".to_owned(), value: serial.clone() };
        Report {
            sequence,
            driver: "test-driver".to_owned(),
            digest: digest.to_owned(),
            address: format!("10.1.{}.{}", device / 250, device % 250 + 1).parse().unwrap(),
            observed_at: at,
            clock_offset_ms: Some(0),
            effects: vec![
                Effect::Identify(vec![identity]),
                Effect::Facts(vec![fact("model", "LaserJet"), fact("serial", &serial)]),
                Effect::Readings(vec![Point { meter: "pages".to_owned(), row: None, value: sequence as f64, at }]),
                Effect::Conditions(Vec::new()),
            ],
        }
    };
    let reports: Vec<Report> = devices.enumerate().map(report).collect();
    json!({ "spool": spool, "clock": now(), "reports": reports })
}

/// A collector of an account, with a site of its own.
async fn collector(server: &Server, tree: &Tree, account: AccountId) -> Api {
    let path = format!("/api/v1/accounts/{account}");
    let settings = json!({ "ranges": ["10.1.0.0/16"], "community": "secret" });
    let site = tree.owner.post(&format!("{path}/sites"), json!({ "name": "Site", "settings": settings })).await;
    let site = site.expect(StatusCode::CREATED);
    let body = json!({ "site_id": site["id"], "name": "Collector" });
    let made = tree.owner.post(&format!("{path}/collectors/enrollments"), body).await.expect(StatusCode::CREATED);
    let body = json!({ "token": made["token"], "version": "0.1.0" });
    let enrolled = Api::new(&server.base, "none").post("/collector/v1/enroll", body).await.expect(StatusCode::OK);
    Api::new(&server.base, enrolled["key"].as_str().unwrap())
}

async fn deliver(collector: &Api, batch: &Value) -> StatusCode {
    collector.post("/collector/v1/reports", batch.clone()).await.status
}

/// What a part gave: how many were served and refused, and how long the served ones took.
struct Part {
    served: Vec<Duration>,
    refused: u64,
}

impl Part {
    fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.served.clone();
        times.sort();
        times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    fn print(&self, what: &str) {
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        println!(
            "{what:<54} {:>6} served, {:>4} refused, p50 {p50:>9.2?}, p99 {p99:>9.2?}",
            self.served.len(),
            self.refused
        );
    }
}

/// A tenant that does one thing after another.
async fn quiet(api: &Api, account: AccountId, collector: &Api, digest: &str, time: Duration) -> Part {
    let (spool, mut sequence) = (Uuid::new_v4(), 1);
    let mut part = Part { served: Vec::new(), refused: 0 };
    let end = Instant::now() + time;
    let mut turn = 0_u64;
    while Instant::now() < end {
        turn += 1;
        let began = Instant::now();
        let status = match turn % 4 {
            0 => {
                let batch = batch(digest, spool, sequence, 0..10);
                sequence += 10;
                deliver(collector, &batch).await
            }
            1 => api.get(&format!("/api/v1/accounts/{account}")).await.status,
            2 => api.get(&format!("/api/v1/accounts/{account}/alerts?state=open")).await.status,
            _ => api.get(&format!("/api/v1/accounts/{account}/devices?limit=50")).await.status,
        };
        if status.is_success() {
            part.served.push(began.elapsed())
        } else {
            part.refused += 1
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    part
}

#[derive(Default)]
struct Blast {
    stop: AtomicBool,
    served: AtomicU64,
    refused: AtomicU64,
}

impl Blast {
    async fn note(&self, status: StatusCode) {
        if status.is_success() {
            self.served.fetch_add(1, Ordering::Relaxed);
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(IMPATIENCE).await;
        }
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }
}

/// Runs `work` while a tenant misbehaves.
async fn beside<T>(noise: Vec<JoinHandle>, blast: &Arc<Blast>, what: &str, work: impl Future<Output = T>) -> T {
    let mut tasks = JoinSet::new();
    for task in noise {
        tasks.spawn(task);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let done = work.await;
    blast.stop.store(true, Ordering::Relaxed);
    tasks.join_all().await;
    let (served, refused) = (blast.served.load(Ordering::Relaxed), blast.refused.load(Ordering::Relaxed));
    println!("  ({what}: {served} served, {refused} refused)");
    done
}

type JoinHandle = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// 60 batches of one collector at any time, from as many spools.
fn batches(collector: &Api, digest: &str, blast: &Arc<Blast>) -> Vec<JoinHandle> {
    let one = |_| -> JoinHandle {
        let (collector, digest, blast) = (collector.clone(), digest.to_owned(), Arc::clone(blast));
        Box::pin(async move {
            let (spool, mut sequence) = (Uuid::new_v4(), 1);
            while blast.goes_on() {
                let status = deliver(&collector, &batch(&digest, spool, sequence, 0..BATCH)).await;
                if status.is_success() {
                    sequence += BATCH;
                }
                blast.note(status).await;
            }
        })
    };
    (0..PARALLEL).map(one).collect()
}

/// 60 heavy calls of one token at any time.
fn calls(api: &Api, account: AccountId, blast: &Arc<Blast>) -> Vec<JoinHandle> {
    let path = format!("/api/v1/accounts/{account}/devices?limit=500&sort=-last_seen_at&q=LaserJet");
    let one = |_| -> JoinHandle {
        let (api, path, blast) = (api.clone(), path.clone(), Arc::clone(blast));
        Box::pin(async move {
            while blast.goes_on() {
                let sent = api.call(Method::GET, &path).header("accept-encoding", "gzip").send().await.unwrap();
                let status = sent.status();
                drop(sent.bytes().await);
                blast.note(status).await;
            }
        })
    };
    (0..PARALLEL).map(one).collect()
}

/// How many reports a second these collectors get applied, each sending one batch after another.
async fn throughput(collectors: &[Api], digest: &str, time: Duration) -> f64 {
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for collector in collectors {
        let (collector, digest) = (collector.clone(), digest.to_owned());
        tasks.spawn(async move {
            let (spool, mut sequence, mut applied) = (Uuid::new_v4(), 1, 0);
            while began.elapsed() < time {
                let first = sequence / BATCH * BATCH % 1_000;
                if deliver(&collector, &batch(&digest, spool, sequence, first..first + BATCH)).await.is_success() {
                    sequence += BATCH;
                    applied += BATCH;
                } else {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            applied
        });
    }
    let applied: u64 = tasks.join_all().await.into_iter().sum();
    applied as f64 / began.elapsed().as_secs_f64()
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let seconds = std::env::var("BENCH_SECONDS").map_or(10, |value| value.parse().unwrap());
    let time = Duration::from_secs(seconds);
    let database = testing::synced_database(16).await;
    let clock = Arc::clone(&database.clock);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            clock.advance(SignedDuration::from_millis(100));
        }
    });
    // everything comes from one address here
    let server = Server::over(database, None, |config| config.rates.source = 1_000_000).await;
    let tree = server.tree().await;
    let digest = driver::install(&server).await;
    let mut collectors = Vec::new();
    for account in [tree.customer, tree.sibling] {
        let grant = format!("/api/v1/accounts/{account}/drivers/test-driver");
        tree.owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
        for _ in 0..4 {
            collectors.push(collector(&server, &tree, account).await);
        }
    }
    let (noisy, good) = (collectors[0].clone(), &collectors[4..]);
    for (collector, devices) in [(&noisy, DEVICES), (&good[0], 500)] {
        let (spool, mut from) = (Uuid::new_v4(), 0);
        while from < devices {
            assert!(deliver(collector, &batch(&digest, spool, from + 1, from..from + BATCH)).await.is_success());
            from += BATCH;
        }
    }
    let noisy_api = server.token(tree.customer, Role::Owner).await;
    let quiet_api = server.token(tree.sibling, Role::Owner).await;
    let quietly = || quiet(&quiet_api, tree.sibling, &good[0], &digest, time);

    println!("{seconds} s each; the misbehaving tenant has {DEVICES} devices, the quiet one 500");
    let alone = quietly().await;
    alone.print("the quiet tenant alone");
    let blast = Arc::new(Blast::default());
    let part = beside(batches(&noisy, &digest, &blast), &blast, "batches", quietly()).await;
    part.print("beside 60 parallel batches of one collector");
    let blast = Arc::new(Blast::default());
    let part = beside(calls(&noisy_api, tree.customer, &blast), &blast, "calls", quietly()).await;
    part.print("beside 60 parallel heavy calls of one token");

    let rate = throughput(good, &digest, time).await;
    println!("four collectors of one tenant alone:                   {rate:>6.0} reports/s");
    let blast = Arc::new(Blast::default());
    let rate = beside(batches(&noisy, &digest, &blast), &blast, "batches", throughput(good, &digest, time)).await;
    println!("the same beside 60 parallel batches of another tenant: {rate:>6.0} reports/s");
}
