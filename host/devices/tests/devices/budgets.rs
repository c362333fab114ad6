//! What keeps to its manifest and is still too much: left out, counted, told, and marked at the device.

use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Condition, Point, Row, Table},
};
use bailiwick_devices::{
    collectors,
    devices::{self, Known},
    ingest::Cut,
    page::PageRequest,
};
use uuid::Uuid;

use crate::ground::*;

async fn known(ground: &Ground) -> Known {
    let id = ground.device().await.id;
    let mut scope = ground.scope(ground.customer).await;
    devices::detail(&mut scope, id, ground.store.now()).await.unwrap().enrollments.remove(0)
}

/// A ground on which an hour has just begun, so that what happens within minutes is of one hour.
async fn ground_at_a_full_hour() -> Ground {
    let ground = Ground::new().await;
    let into_the_hour = ground.store.now().as_second().rem_euclid(3_600) / 60;
    ground.minutes(61 - into_the_hour);
    ground
}

async fn count(ground: &Ground, sql: &str) -> i64 {
    let mut connection = ground.database.superuser().await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
}

async fn left_out(ground: &Ground) -> Vec<Cut> {
    let mut scope = ground.scope(ground.dealer).await;
    let page = PageRequest::default();
    let listed = collectors::list(&mut scope, &page, ground.store.now()).await.unwrap().items;
    listed.into_iter().find(|collector| collector.id == ground.who.collector).unwrap().left_out
}

fn rows(count: u32) -> Vec<Effect> {
    let name = |n: u32| format!("{n}");
    let rows = (0..count).map(|n| Row { key: name(n), cells: Vec::new() }).collect();
    let low = |n| Condition { key: "low".into(), row: Some(name(n)) };
    vec![
        identify(&[SERIAL]),
        Effect::Table(Table { attribute: "supplies".into(), complete: true, rows }),
        Effect::Conditions((0..count).map(low).collect()),
    ]
}

#[tokio::test]
async fn a_device_raises_so_many_alerts_an_hour_and_has_so_many_at_once() {
    let ground = ground_at_a_full_hour().await;
    let open = async || (ground.device().await.alerts_open, count(&ground, "select count(*) from alerts").await);
    let applied = ground.send(vec![ground.report(1, rows(250))]).await;
    assert_eq!((applied.applied, applied.cut[&Cut::Alerts]), (1, 220));
    assert_eq!(open().await, (30, 30));
    assert_eq!(known(&ground).await.enrollment.partial, [Cut::Alerts]);
    assert_eq!(left_out(&ground).await, [Cut::Alerts]);
    let told = "select count(*) from audit_entries where action = 'collector.limited'";
    assert_eq!(count(&ground, told).await, 1);

    ground.minutes(5);
    ground.send(vec![ground.report(2, rows(250))]).await;
    assert_eq!(open().await, (30, 30), "the same hour");
    for hour in 1..=6 {
        ground.minutes(60);
        ground.send(vec![ground.report(2 + hour, rows(250))]).await;
    }
    assert_eq!(open().await, (128, 128), "what holds at once has a limit too");
    ground.send(vec![ground.report(20, rows(20))]).await;
    assert_eq!(open().await.0, 20);
    assert_eq!(known(&ground).await.enrollment.partial, [], "nothing is left out any more");
    ground.minutes(25 * 60);
    assert_eq!(left_out(&ground).await, []);
}

#[tokio::test]
async fn of_what_keeps_to_every_limit_nothing_is_told() {
    let ground = ground_at_a_full_hour().await;
    let mut effects = rows(20);
    effects.push(pages(ground.now_ms(), 7.0));
    let applied = ground.send(vec![ground.report(1, effects)]).await;
    assert!(applied.cut.is_empty(), "{applied:?}");
    assert_eq!(left_out(&ground).await, []);
    assert_eq!(count(&ground, "select count(*) from audit_entries where action = 'collector.limited'").await, 0);
}

#[tokio::test]
async fn a_condition_that_comes_and_goes_is_damped_whatever_times_it_tells() {
    let ground = ground_at_a_full_hour().await;
    let day = 86_400_000;
    let report = |n: u64| {
        let jam: &[(&str, Option<&str>)] = if n % 2 == 1 { &[("jam", None)] } else { &[] };
        // eleven minutes apart, so that none counts as the one before
        let at = ground.now_ms() - 20 * day + n * 660_000;
        Report { observed_at: at, ..ground.report(n, vec![identify(&[SERIAL]), conditions(jam)]) }
    };
    let first = ground.send((1..=500).map(report).collect()).await;
    assert_eq!((first.applied, first.cut[&Cut::Alerts]), (500, 220));
    ground.send((501..=1_000).map(report).collect()).await;
    assert_eq!(count(&ground, "select count(*) from alerts").await, 30);
    ground.minutes(60);
    ground.send((1_001..=1_002).map(report).collect()).await;
    assert_eq!(count(&ground, "select count(*) from alerts").await, 31);
}

#[tokio::test]
async fn a_report_has_so_many_readings_and_the_others_are_counted() {
    let ground = ground_at_a_full_hour().await;
    let now = ground.now_ms();
    let point = |n: u64| Point { meter: "pages".into(), row: None, value: n as f64, at: now - 80_000 + n };
    let all: Vec<Point> = (0..75_000).map(point).collect();
    let mut effects = vec![identify(&[SERIAL])];
    effects.extend(all.chunks(8_000).map(|points| Effect::Readings(points.to_vec())));
    let applied = ground.send(vec![ground.report(1, effects)]).await;
    assert_eq!((applied.applied, applied.cut[&Cut::Readings]), (1, 75_000 - 2_048));
    assert_eq!(count(&ground, "select count(*) from readings").await, 2_048);
    assert_eq!(known(&ground).await.enrollment.partial, [Cut::Readings]);
    assert_eq!(left_out(&ground).await, [Cut::Readings]);
    ground.minutes(5);
    ground.send(vec![ground.report(2, vec![identify(&[SERIAL]), pages(ground.now_ms(), 80_000.0)])]).await;
    assert_eq!(known(&ground).await.enrollment.partial, []);
    let used = "select used::bigint from budgets where what = 'readings'";
    assert_eq!(count(&ground, used).await, 2_049, "of the collector too");
}

#[tokio::test]
async fn meters_beyond_those_that_are_remembered_are_told() {
    let ground = Ground::new().await;
    let report = |n: u64, rows: std::ops::Range<u32>| {
        let key = |n: u32| format!("{n}");
        let at = ground.now_ms();
        let points = rows.clone().map(|n| Point { meter: "level".into(), row: Some(key(n)), value: 1.0, at }).collect();
        let rows = rows.map(|n| Row { key: key(n), cells: Vec::new() }).collect();
        let table = Table { attribute: "supplies".into(), complete: true, rows };
        ground.report(n, vec![identify(&[SERIAL]), Effect::Table(table), Effect::Readings(points)])
    };
    ground.send(vec![report(1, 0..250)]).await;
    ground.minutes(5);
    ground.send(vec![report(2, 250..500)]).await;
    assert_eq!(known(&ground).await.enrollment.partial, []);
    ground.minutes(5);
    let applied = ground.send(vec![report(3, 500..750)]).await;
    assert_eq!(applied.cut[&Cut::Meters], 750 - 512);
    assert_eq!(known(&ground).await.enrollment.partial, [Cut::Meters]);
}

#[tokio::test]
async fn a_collector_finds_so_many_new_devices_in_an_hour() {
    let ground = ground_at_a_full_hour().await;
    let report = |n: u64| {
        let serial = format!("SN-{n}");
        let mut report = ground.report(n, vec![identify(&[("serial", serial.as_str())])]);
        report.address = format!("10.0.{}.{}", n / 250, n % 250 + 1).parse().unwrap();
        report
    };
    let mut all = Vec::new();
    for first in [1, 501, 1_001, 1_501, 2_001] {
        all.push(ground.send((first..first + 500).map(report).collect()).await);
    }
    let applied: Vec<u32> = all.iter().map(|applied| applied.applied).collect();
    assert_eq!(applied, [500, 500, 500, 500, 0]);
    let last = all.pop().unwrap();
    assert_eq!((last.acknowledgement.acknowledged_through, last.cut[&Cut::Devices]), (2_500, 500));
    assert_eq!(last.acknowledgement.rejected[0].code, "too_many_new_devices");
    assert_eq!(left_out(&ground).await, [Cut::Devices]);
    ground.minutes(60);
    assert_eq!(ground.send((2_501..2_511).map(report).collect()).await.applied, 10, "the next hour");
}

#[tokio::test]
async fn one_unreadable_report_opens_no_way_around_the_size_of_a_batch() {
    use bailiwick_devices::ingest::{self, Incoming, IngestError};
    let ground = Ground::new().await;
    let send = async |sequences: std::ops::RangeInclusive<u64>| {
        let reports = sequences.map(|n| if n == 7 { Err(n) } else { Ok(ground.report(n, vec![identify(&[SERIAL])])) });
        let batch = Incoming { spool: Uuid::from_u128(1), clock: ground.now_ms(), reports: reports.collect() };
        ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch).await
    };
    assert!(matches!(send(1..=501).await, Err(IngestError::TooLarge)));
    let applied = send(1..=500).await.unwrap();
    let rejected = applied.acknowledgement.rejected;
    assert_eq!((applied.applied, rejected.len()), (499, 1));
    assert_eq!((rejected[0].sequence, rejected[0].code.as_str()), (7, "unreadable"));
    assert_eq!(send(1..=500).await.unwrap().repeated, 500);
}
