//! Facts, readings and alerts over time.

use bailiwick_contract::{
    exchange::Effect,
    value::{Cell, Row, Scalar, Table},
};
use bailiwick_devices::{
    alerts::{self, AlertFilter, AlertState},
    devices,
    facts::Value,
    page::PageRequest,
    readings::{self, SeriesRequest},
    summary,
};
use jiff::SignedDuration;

use crate::ground::*;

async fn detail(ground: &Ground) -> devices::DeviceDetail {
    let id = ground.device().await.id;
    devices::detail(&mut ground.scope(ground.dealer).await, id, ground.store.now()).await.unwrap()
}

async fn all_alerts(ground: &Ground, state: Option<AlertState>) -> Vec<alerts::Alert> {
    let filter = AlertFilter { state, ..AlertFilter::default() };
    alerts::list(&mut ground.scope(ground.dealer).await, &filter, &PageRequest::default()).await.unwrap().items
}

#[tokio::test]
async fn facts_keep_when_they_changed_and_when_they_were_last_seen() {
    let ground = Ground::new().await;
    let start = ground.store.now();
    ground.send(vec![ground.report(1, vec![identify(&[SERIAL]), facts(&[("name", "A"), ("model", "M")])])]).await;
    ground.minutes(10);
    ground.send(vec![ground.report(2, vec![identify(&[SERIAL]), facts(&[("name", "A"), ("model", "M2")])])]).await;
    let second = ground.store.now();
    let known = detail(&ground).await.enrollments.remove(0);
    let fact = |key: &str| known.facts.iter().find(|fact| fact.attribute == key).unwrap().clone();
    let same = |a: jiff::Timestamp, b: jiff::Timestamp| a.as_millisecond() == b.as_millisecond();
    assert!(same(fact("name").changed_at, start) && same(fact("name").observed_at, second));
    assert!(same(fact("model").changed_at, second));
    assert_eq!(fact("model").value, Value::Scalar("M2".into()));
    // no longer reported: it stays, as of then
    ground.minutes(10);
    ground.send(vec![ground.report(3, vec![identify(&[SERIAL]), facts(&[("model", "M2")])])]).await;
    let known = detail(&ground).await.enrollments.remove(0);
    let name = known.facts.iter().find(|fact| fact.attribute == "name").unwrap();
    assert!(!name.current && same(name.observed_at, second));
    // and comes back
    ground.minutes(10);
    ground.send(vec![ground.report(4, vec![identify(&[SERIAL]), facts(&[("name", "A"), ("model", "M2")])])]).await;
    let known = detail(&ground).await.enrollments.remove(0);
    let name = known.facts.iter().find(|fact| fact.attribute == "name").unwrap();
    assert!(name.current && same(name.changed_at, start), "{name:?}");
}

#[tokio::test]
async fn an_unchanged_fact_is_not_written_again() {
    let ground = Ground::new().await;
    let report =
        |n| ground.report(n, vec![identify(&[SERIAL]), facts(&[("name", "A")]), supplies(true, &[("1", "black", 9)])]);
    ground.send(vec![report(1)]).await;
    let places = || async {
        let mut scope = ground.scope(ground.customer).await;
        let rows: Vec<(String, String)> = sqlx::query_as("select attribute, xmin::text from facts where $1 order by 1")
            .bind(true)
            .fetch_all(scope.sql())
            .await
            .unwrap();
        rows
    };
    let before = places().await;
    assert_eq!(before.len(), 2);
    ground.minutes(5);
    ground.send(vec![report(2)]).await;
    assert_eq!(places().await, before);
}

async fn rows(ground: &Ground) -> Vec<(String, i64)> {
    let known = detail(ground).await.enrollments.remove(0);
    match known.facts.into_iter().find(|fact| fact.attribute == "supplies").unwrap().value {
        Value::Table { rows } => {
            rows.into_iter().map(|row| (row.key, row.cells.get("percent").unwrap().as_i64().unwrap())).collect()
        }
        Value::Scalar(_) => panic!("a table"),
    }
}

#[tokio::test]
async fn an_incomplete_table_leaves_the_rows_that_it_does_not_name() {
    let ground = Ground::new().await;
    let send = |n, effect| ground.send(vec![ground.report(n, vec![identify(&[SERIAL]), effect])]);
    send(1, supplies(true, &[("1", "black", 50), ("2", "cyan", 60)])).await;
    ground.minutes(1);
    send(2, supplies(false, &[("2", "cyan", 59), ("3", "red", 1)])).await;
    assert_eq!(rows(&ground).await, [("1".to_owned(), 50), ("2".to_owned(), 59), ("3".to_owned(), 1)]);
    ground.minutes(1);
    send(3, supplies(true, &[("3", "red", 2)])).await;
    assert_eq!(rows(&ground).await, [("3".to_owned(), 2)]);
}

#[tokio::test]
async fn a_counter_that_falls_is_a_reset_and_counts_nothing() {
    let ground = Ground::new().await;
    for (n, value) in [(1, 100.0), (2, 130.0), (3, 4.0), (4, 10.0)] {
        ground.send(vec![ground.report(n, vec![identify(&[SERIAL]), pages(ground.now_ms(), value)])]).await;
        ground.minutes(5);
    }
    let mut scope = ground.scope(ground.customer).await;
    let resets: Vec<f64> = sqlx::query_scalar("select value from readings where reset and $1")
        .bind(true)
        .fetch_all(scope.sql())
        .await
        .unwrap();
    assert_eq!(resets, [4.0]);
    drop(scope);
    let figures = summary::summary(&mut ground.scope(ground.dealer).await, ground.store.now()).await.unwrap();
    assert_eq!(figures.drivers[0].rose, [("pages".to_owned(), 36.0)].into());
    assert_eq!((figures.devices, figures.online, figures.collectors.online), (1, 1, 1));
    let device = ground.device().await;
    assert_eq!(count(&device, "pages"), Some(10));

    let request = SeriesRequest {
        driver: None,
        meter: "pages".into(),
        row: None,
        from: ground.store.now() - SignedDuration::from_hours(1),
        to: ground.store.now(),
        step: Some(60),
    };
    let (driver, series) =
        readings::series(&mut ground.scope(ground.dealer).await, device.id, &request, ground.store.now())
            .await
            .unwrap();
    assert_eq!(driver, "test-sensor", "the one that made the device known");
    assert_eq!(series.rose, 36.0, "30 and 6 sheets; a fall counts nothing");
    assert_eq!(series.points.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [100.0, 130.0, 4.0, 10.0]);
    let coarse = SeriesRequest { step: Some(3_600), ..request.clone() };
    let (_, series) =
        readings::series(&mut ground.scope(ground.dealer).await, device.id, &coarse, ground.store.now()).await.unwrap();
    assert_eq!((series.points.len(), series.rose), (1, 36.0), "however few points are shown");
    assert_eq!(series.points[0].1, 10.0);
    let stranger =
        readings::series(&mut ground.scope(ground.other).await, device.id, &request, ground.store.now()).await;
    assert!(matches!(stranger, Err(readings::ReadingError::Device(devices::DeviceError::NotFound))));
}

#[tokio::test]
async fn an_alert_is_raised_once_and_cleared_once() {
    let ground = Ground::new().await;
    let row = || supplies(true, &[("2", "cyan", 5)]);
    for n in 1..=3 {
        let effects = vec![identify(&[SERIAL]), row(), conditions(&[("jam", None), ("low", Some("2"))])];
        ground.send(vec![ground.report(n, effects)]).await;
        ground.minutes(1);
    }
    let open = all_alerts(&ground, Some(AlertState::Open)).await;
    assert_eq!(open.len(), 2);
    assert_eq!(ground.device().await.alerts_open, 2);
    ground.send(vec![ground.report(4, vec![identify(&[SERIAL]), row(), conditions(&[("low", Some("2"))])])]).await;
    let cleared = all_alerts(&ground, Some(AlertState::Cleared)).await;
    assert_eq!(cleared.len(), 1);
    assert_eq!((cleared[0].condition.as_str(), cleared[0].row.as_deref(), cleared[0].flaps), ("jam", None, 0));
    // a report without conditions says nothing of them
    ground.send(vec![ground.report(5, vec![identify(&[SERIAL])])]).await;
    assert_eq!(all_alerts(&ground, Some(AlertState::Open)).await.len(), 1);
}

#[tokio::test]
async fn a_flapping_condition_is_one_alert() {
    let ground = Ground::new().await;
    for n in 0..6 {
        let now: &[(&str, Option<&str>)] = if u64::is_multiple_of(n, 2) { &[("jam", None)] } else { &[] };
        ground.send(vec![ground.report(n + 1, vec![identify(&[SERIAL]), conditions(now)])]).await;
        ground.minutes(2);
    }
    let all = all_alerts(&ground, None).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].flaps, 2);
    assert!(all[0].cleared_at.is_some());
    // much later it is another
    ground.minutes(60);
    ground.send(vec![ground.report(7, vec![identify(&[SERIAL]), conditions(&[("jam", None)])])]).await;
    assert_eq!(all_alerts(&ground, None).await.len(), 2);
    assert_eq!(all_alerts(&ground, Some(AlertState::Open)).await.len(), 1);
}

#[tokio::test]
async fn a_late_report_adds_its_readings_and_changes_nothing_else() {
    let ground = Ground::new().await;
    let mut late = ground.report(
        2,
        vec![
            identify(&[SERIAL]),
            facts(&[("name", "Old")]),
            pages(ground.now_ms() - 60_000, 5.0),
            conditions(&[("jam", None)]),
        ],
    );
    late.observed_at -= 60_000;
    ground
        .send(vec![ground.report(
            1,
            vec![identify(&[SERIAL]), facts(&[("name", "New")]), pages(ground.now_ms(), 9.0), conditions(&[])],
        )])
        .await;
    ground.send(vec![late]).await;
    let device = ground.device().await;
    assert_eq!((device.name.as_str(), count(&device, "pages"), device.alerts_open), ("New", Some(9), 0));
    let mut scope = ground.scope(ground.customer).await;
    let count: i64 =
        sqlx::query_scalar("select count(*) from readings where $1").bind(true).fetch_one(scope.sql()).await.unwrap();
    assert_eq!(count, 2);
}

#[tokio::test]
async fn the_first_to_acknowledge_an_alert_stays() {
    let ground = Ground::new().await;
    ground.send(vec![ground.report(1, vec![identify(&[SERIAL]), conditions(&[("jam", None)])])]).await;
    let id = all_alerts(&ground, None).await[0].id;
    let mut scope = ground.scope(ground.dealer).await;
    let first = alerts::acknowledge(&mut scope, id, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(1);
    let second = alerts::acknowledge(&mut ground.scope(ground.dealer).await, id, ground.store.now()).await.unwrap();
    assert_eq!(first.acknowledged_at, second.acknowledged_at);
    assert_eq!(first.acknowledged_by.as_deref(), Some("system:test"));
    let stranger = alerts::acknowledge(&mut ground.scope(ground.other).await, id, ground.store.now()).await;
    assert!(matches!(stranger, Err(alerts::AlertError::NotFound)));
}

#[tokio::test]
async fn an_absurd_reading_does_not_ruin_the_pages_of_a_month() {
    let ground = Ground::new().await;
    for (n, value) in [(1, 100.0), (2, 9e14), (3, 130.0), (4, 150.0), (5, 2e7), (6, 2e7 + 5.0)] {
        ground.send(vec![ground.report(n, vec![identify(&[SERIAL]), pages(ground.now_ms(), value)])]).await;
        ground.minutes(5);
    }
    let figures = summary::summary(&mut ground.scope(ground.dealer).await, ground.store.now()).await.unwrap();
    assert_eq!(figures.drivers[0].rose, [("pages".to_owned(), 25.0)].into());
}

#[tokio::test]
async fn an_alert_says_what_its_row_is_called() {
    let ground = Ground::new().await;
    let row = |key: &str, name: &str| Row {
        key: key.into(),
        cells: vec![Cell { column: "name".into(), value: Scalar::Text(name.into()) }],
    };
    let table = Table {
        attribute: "supplies".into(),
        complete: true,
        rows: vec![row("1", "Cyan toner"), row("2", "Black toner"), row("3", "")],
    };
    let low = conditions(&[("low", Some("2")), ("low", Some("3")), ("jam", None)]);
    // whichever comes first
    ground.send(vec![ground.report(1, vec![low, identify(&[SERIAL]), Effect::Table(table)])]).await;
    let mut named: Vec<_> = all_alerts(&ground, None).await.into_iter().map(|a| (a.row, a.row_name)).collect();
    named.sort();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(named, [(None, None), (text("2"), text("Black toner")), (text("3"), None)]);
    // it comes back soon, in a report that does not say what the row is called: the alert keeps what it knew
    ground.minutes(1);
    ground.send(vec![ground.report(2, vec![identify(&[SERIAL]), conditions(&[])])]).await;
    ground.minutes(1);
    let bare = Row { key: "2".into(), cells: vec![] };
    let nameless = Effect::Table(Table { attribute: "supplies".into(), complete: false, rows: vec![bare] });
    let back = vec![identify(&[SERIAL]), nameless, conditions(&[("low", Some("2"))])];
    ground.send(vec![ground.report(3, back)]).await;
    let open = all_alerts(&ground, Some(AlertState::Open)).await;
    assert_eq!(open.iter().map(|a| (a.row_name.clone(), a.flaps)).collect::<Vec<_>>(), [(text("Black toner"), 1)]);
}
