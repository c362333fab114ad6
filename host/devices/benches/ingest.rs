//! Device reports a second into a real PostgreSQL on this machine: `cargo xtask bench ingest`.
//!
//! Every report is of its own device and says what a printer says: ten facts, a table of four supplies, five
//! points, a whole set of conditions. Each round one counter and one level change, as they do. Fresh devices are
//! measured apart from known ones. Each sender is a collector of its own, since the batches of one are applied one after
//! another.
//!
//! The database waits for the disk at each commit, as the product's does; `BENCH_FSYNC=off` leaves that out. `BENCH_ROUNDS`
//! says how many rounds (5): a rate that falls with the rounds shows a statement that looks at what has gathered.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench can only stop")]

#[path = "../tests/devices/ground.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod ground;

use std::time::Instant;

use bailiwick_contract::{
    exchange::Effect,
    report::{Batch, Report},
    value::Point,
};
use bailiwick_devices::{collectors::Authenticated, ingest};
use bailiwick_store::testing;
use ground::{Ground, collector, conditions, facts, identify, supplies};
use uuid::Uuid;

const DEVICES: u64 = 5_000;
const BATCH: usize = 100;
const SENDERS: usize = 4;
const ROUNDS: u64 = 5;

fn report(ground: &Ground, device: u64, round: u64) -> Report {
    let at = ground.now_ms();
    let point = |meter: &str, row: Option<&str>, value: f64| Point {
        meter: meter.into(),
        row: row.map(str::to_owned),
        value,
        at,
    };
    let level = 100 - i64::try_from(round % 100).unwrap();
    let effects = vec![
        identify(&[("serial", format!("SN-{device:06}").as_str()), ("mac", format!("{device:012x}").as_str())]),
        facts(&[
            ("name", format!("printer-{device}").as_str()),
            ("model", "LaserWriter 9000"),
            ("serial", format!("SN-{device:06}").as_str()),
            ("status", if (device + round).is_multiple_of(10) { "busy" } else { "idle" }),
            ("note", "second floor"),
        ]),
        supplies(true, &[("1", "black", level), ("2", "cyan", 50), ("3", "magenta", 60), ("4", "yellow", 70)]),
        Effect::Readings(vec![
            point("pages", None, (1_000 + round * 7) as f64),
            point("level", Some("1"), level as f64),
            point("level", Some("2"), 50.0),
            point("level", Some("3"), 60.0),
            point("level", Some("4"), 70.0),
        ]),
        conditions(if (device + round).is_multiple_of(50) { &[("jam", None)] } else { &[] }),
    ];
    let mut report = ground.report(0, effects);
    report.address = format!("10.0.{}.{}", device / 250 % 250, device % 250 + 1).parse().unwrap();
    report
}

/// Sends one report of every device from several collectors at once; gives reports a second.
async fn round(ground: &Ground, senders: &[(Authenticated, Uuid)], number: u64) -> f64 {
    let mut batches: Vec<Vec<Batch>> = vec![Vec::new(); SENDERS];
    let devices: Vec<u64> = (0..DEVICES).collect();
    let per_sender = devices.chunks(devices.len().div_ceil(SENDERS));
    for (sender, devices) in per_sender.enumerate() {
        let mut sequence = number * DEVICES;
        for chunk in devices.chunks(BATCH) {
            let reports = chunk
                .iter()
                .map(|device| {
                    sequence += 1;
                    Report { sequence, ..report(ground, *device, number) }
                })
                .collect();
            let batch = Batch { spool: senders[sender].1, clock: ground.now_ms(), reports };
            batches.get_mut(sender).unwrap().push(batch);
        }
    }
    let start = Instant::now();
    let mut tasks = Vec::new();
    for (mine, (who, _)) in batches.into_iter().zip(senders.to_vec()) {
        let (store, catalogue) = (ground.store.clone(), ground.catalogue.clone());
        tasks.push(tokio::spawn(async move {
            let mut applied = 0;
            for batch in mine {
                applied += u64::from(ingest::apply(&store, &catalogue, &who, batch.into()).await.unwrap().applied);
            }
            applied
        }));
    }
    let mut applied = 0;
    for task in tasks {
        applied += task.await.unwrap();
    }
    assert_eq!(applied, DEVICES);
    DEVICES as f64 / start.elapsed().as_secs_f64()
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let lost = std::env::var("BENCH_FSYNC").is_ok_and(|value| value == "off");
    let ground = Ground::on(if lost { testing::database().await } else { testing::synced_database(8).await }).await;
    let rounds = std::env::var("BENCH_ROUNDS").map_or(ROUNDS, |value| value.parse().unwrap());
    let mut senders = vec![(ground.who, Uuid::new_v4())];
    while senders.len() < SENDERS {
        senders.push((collector(&ground.store, &ground.key, ground.customer).await, Uuid::new_v4()));
    }
    let mut connection = ground.database.superuser().await;
    let fsync: String = sqlx::query_scalar("show fsync").fetch_one(&mut connection).await.unwrap();
    println!("{DEVICES} devices, batches of {BATCH}, {SENDERS} senders, fsync {fsync}");
    for number in 0..rounds {
        let rate = round(&ground, &senders, number).await;
        let what = if number == 0 { "new devices" } else { "known devices" };
        println!("round {number}: {rate:>7.0} reports/s ({what})");
        ground.minutes(5);
    }
}
