//! Batches: applied once, acknowledged always, judged whatever the collector did.

use bailiwick_contract::{
    exchange::{Effect, Ownership},
    policy::{Category, Grant, Policy},
    report::Batch,
};
use bailiwick_devices::{
    devices::{self, DeviceChange, DeviceError, DeviceFilter, HeadlineValue, Sort, Status},
    drivers,
    ingest::{self, IngestError},
    page::PageRequest,
};
use uuid::Uuid;

use crate::ground::*;

#[tokio::test]
async fn a_report_becomes_a_device_with_all_that_its_list_shows() {
    let ground = Ground::new().await;
    let now = ground.now_ms();
    let effects = vec![
        identify(&[SERIAL, MAC]),
        facts(&[("name", "Front desk"), ("model", "S-100"), ("serial", "SN-1"), ("status", "idle")]),
        supplies(true, &[("1", "black", 40), ("2", "cyan", 7)]),
        pages(now, 1_234.0),
        conditions(&[("jam", None), ("low", Some("2"))]),
    ];
    let applied = ground.send(vec![ground.report(1, effects)]).await;
    assert_eq!((applied.applied, applied.devices, applied.alerts, applied.dropped), (1, 1, 2, 0));
    assert_eq!(applied.acknowledgement.acknowledged_through, 1);
    let device = ground.device().await;
    assert_eq!(device.name, "Front desk");
    assert_eq!(device.model.as_deref(), Some("S-100"));
    assert_eq!(device.serial.as_deref(), Some("SN-1"));
    assert_eq!(device.state.as_deref(), Some("idle"));
    assert_eq!(device.address.as_deref(), Some("10.0.0.9"));
    assert_eq!(count(&device, "pages"), Some(1_234));
    let Some(HeadlineValue::Rows(rows)) = device.headlines.values.get("left") else { panic!("{device:?}") };
    assert_eq!(rows.iter().map(|row| row.level).collect::<Vec<_>>(), [Some(40.0), Some(7.0)]);
    assert_eq!(device.alerts_open, 2);
    assert!(device.online);
    ground.minutes(17);
    assert!(!ground.device().await.online, "three polls and a minute went by");
}

#[tokio::test]
async fn a_batch_that_is_sent_twice_applies_once() {
    let ground = Ground::new().await;
    let batch =
        ground.batch(vec![ground.report(1, vec![identify(&[SERIAL])]), ground.report(2, vec![identify(&[SERIAL])])]);
    let first = ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into()).await.unwrap();
    let again = ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into()).await.unwrap();
    assert_eq!((first.applied, first.repeated), (2, 0));
    assert_eq!((again.applied, again.repeated), (0, 2));
    assert_eq!(again.acknowledgement.acknowledged_through, 2);
    // part of it new
    let more =
        ground.batch(vec![ground.report(2, vec![identify(&[SERIAL])]), ground.report(5, vec![identify(&[SERIAL])])]);
    let more = ingest::apply(&ground.store, &ground.catalogue, &ground.who, more.clone().into()).await.unwrap();
    assert_eq!((more.applied, more.repeated, more.acknowledgement.acknowledged_through), (1, 1, 5));
    // another spool counts by itself
    let other = Batch { spool: Uuid::new_v4(), ..ground.batch(vec![ground.report(1, vec![identify(&[SERIAL])])]) };
    assert_eq!(
        ingest::apply(&ground.store, &ground.catalogue, &ground.who, other.clone().into()).await.unwrap().applied,
        1
    );
}

#[tokio::test]
async fn two_sends_of_one_batch_at_once_apply_once() {
    let ground = Ground::new().await;
    let reports =
        (1..=20).map(|n| ground.report(n, vec![identify(&[SERIAL]), pages(ground.now_ms() - 100 + n, n as f64)]));
    let batch = ground.batch(reports.collect());
    let send = || ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into());
    let (a, b, c) = tokio::join!(send(), send(), send());
    let applied = [a, b, c].map(|sent| sent.unwrap().applied);
    assert_eq!(applied.iter().sum::<u32>(), 20, "{applied:?}");
}

#[tokio::test]
async fn collectors_that_report_one_device_at_once_make_one_device() {
    let ground = Ground::new().await;
    let second = collector(&ground.store, &ground.key, ground.customer).await;
    let mut tasks = Vec::new();
    for round in 0..6_u64 {
        for who in [ground.who, second] {
            let (store, catalogue) = (ground.store.clone(), ground.catalogue.clone());
            let reports = vec![ground.report(1, vec![identify(&[SERIAL]), pages(ground.now_ms() - round, 100.0)])];
            let batch = Batch { spool: Uuid::new_v4(), ..ground.batch(reports) };
            tasks
                .push(tokio::spawn(async move { ingest::apply(&store, &catalogue, &who, batch.clone().into()).await }));
        }
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().applied, 1);
    }
    ground.device().await;
}

#[tokio::test]
async fn a_poison_report_is_set_aside_with_its_code_and_the_others_apply() {
    let ground = Ground::new().await;
    let poison = ground.report(2, vec![identify(&[SERIAL]), facts(&[("salary", "1")])]);
    let reports =
        vec![ground.report(1, vec![identify(&[SERIAL])]), poison, ground.report(3, vec![identify(&[SERIAL])])];
    let applied = ground.send(reports).await;
    assert_eq!((applied.applied, applied.acknowledgement.acknowledged_through), (2, 3));
    let rejected = &applied.acknowledgement.rejected;
    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].sequence, rejected[0].code.as_str()), (2, "undeclared_attribute"));
    let mut scope = ground.scope(ground.customer).await;
    let letters: Vec<(i64, String)> = sqlx::query_as("select sequence, code from dead_letters where $1")
        .bind(true)
        .fetch_all(scope.sql())
        .await
        .unwrap();
    assert_eq!(letters, [(2, "undeclared_attribute".to_owned())]);
}

#[tokio::test]
async fn what_a_collector_may_not_report_is_refused_with_a_stable_code() {
    let ground = Ground::new().await;
    let good = |sequence| ground.report(sequence, vec![identify(&[SERIAL])]);
    let with = |sequence, change: fn(&mut bailiwick_contract::report::Report)| {
        let mut report = good(sequence);
        change(&mut report);
        report
    };
    assert_eq!(ground.refused(with(1, |r| r.digest = "0".repeat(64))).await, "unknown_driver");
    assert_eq!(ground.refused(with(2, |r| r.driver = "another".into())).await, "unknown_driver");
    assert_eq!(ground.refused(with(3, |r| r.address = "192.168.0.1".parse().unwrap())).await, "address_out_of_range");
    assert_eq!(ground.refused(with(4, |r| r.observed_at += 301_000)).await, "clock_unusable");
    assert_eq!(ground.refused(with(5, |r| r.observed_at -= 91 * 86_400_000)).await, "clock_unusable");
    assert_eq!(ground.refused(with(6, |r| r.effects.push(Effect::Retire))).await, "effect_not_allowed");
    assert_eq!(ground.refused(with(7, |r| r.effects.push(Effect::Wake))).await, "effect_not_allowed");
    assert_eq!(ground.refused(with(8, |r| r.effects.clear())).await, "identity_missing");
    let far = ground.now_ms() + 86_400_000;
    let mut report = good(9);
    report.effects.push(pages(far, 1.0));
    assert_eq!(ground.refused(report).await, "clock_unusable");
    assert!(ground.devices(ground.customer).await.is_empty());
}

#[tokio::test]
async fn a_batch_out_of_shape_is_refused_as_a_whole() {
    let ground = Ground::new().await;
    let send = |reports| {
        let batch = ground.batch(reports);
        let ground = &ground;
        async move { ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into()).await }
    };
    let report = |sequence| ground.report(sequence, vec![identify(&[SERIAL])]);
    assert!(matches!(send(vec![report(0)]).await, Err(IngestError::Sequence)));
    assert!(matches!(send(vec![report(2), report(2)]).await, Err(IngestError::Sequence)));
    assert!(matches!(send(vec![report(2), report(1)]).await, Err(IngestError::Sequence)));
    assert!(matches!(send((1..=501).map(report).collect()).await, Err(IngestError::TooLarge)));
    assert!(ground.devices(ground.customer).await.is_empty());
    assert_eq!(send(Vec::new()).await.unwrap().acknowledgement.acknowledged_through, 0);
}

#[tokio::test]
async fn a_collector_has_so_many_spools_and_no_more() {
    let ground = Ground::new().await;
    let empty = |spool| Batch { spool, ..ground.batch(Vec::new()) };
    for _ in 0..64 {
        ingest::apply(&ground.store, &ground.catalogue, &ground.who, empty(Uuid::new_v4()).into()).await.unwrap();
    }
    let one_more = ingest::apply(&ground.store, &ground.catalogue, &ground.who, empty(Uuid::new_v4()).into()).await;
    assert!(matches!(one_more, Err(IngestError::TooManySpools)));
}

#[tokio::test]
async fn what_is_not_granted_or_denied_by_policy_is_not_kept() {
    let ground = Ground::new().await;
    let report = |sequence| {
        ground.report(
            sequence,
            vec![
                identify(&[SERIAL]),
                facts(&[("name", "Desk"), ("serial", "SN-1"), ("note", "by the window")]),
                pages(ground.now_ms(), 10.0),
            ],
        )
    };
    ground.send(vec![report(1)]).await;
    assert_eq!(ground.device().await.serial.as_deref(), Some("SN-1"));

    let mut scope = ground.scope(ground.customer).await;
    let mut policy = Policy::default();
    policy.company.remove(&Category::Usage);
    drivers::set_policy(&mut scope, &policy, ground.store.now()).await.unwrap();
    let mut grant = Grant::all_of(&manifest());
    grant.texts.remove("note");
    drivers::grant(&mut scope, "test-sensor", &grant, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(1);
    let applied = ground.send(vec![report(2)]).await;
    assert_eq!((applied.applied, applied.dropped), (1, 2), "a meter and a text");

    // a personal device keeps what the thing is and whether it is safe
    let id = ground.device().await.id;
    let mut scope = ground.scope(ground.customer).await;
    let change = DeviceChange { ownership: Some(Ownership::Personal), ..DeviceChange::default() };
    devices::update(&mut scope, id, change, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(1);
    ground.send(vec![report(3)]).await;
    let device = ground.device().await;
    assert_eq!((device.name.as_str(), device.serial), ("Desk", None));

    // no grant, no reports
    let mut scope = ground.scope(ground.customer).await;
    drivers::revoke_grant(&mut scope, "test-sensor").await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(ground.refused(report(4)).await, "driver_not_granted");
}

#[tokio::test]
async fn no_reading_is_so_large_that_a_sum_of_it_overflows() {
    let ground = Ground::new().await;
    let report = |sequence, value| {
        let at = ground.now_ms() - 100 + sequence;
        ground.report(sequence, vec![identify(&[SERIAL]), pages(at, value)])
    };
    let huge = f64::MAX;
    let applied = ground
        .send(vec![report(1, 0.0), report(2, huge), report(3, 5.0), report(4, huge), report(5, -huge), report(6, 9.0)])
        .await;
    assert_eq!((applied.applied, applied.acknowledgement.acknowledged_through), (3, 6));
    let codes: Vec<_> = applied.acknowledgement.rejected.iter().map(|r| (r.sequence, r.code.as_str())).collect();
    assert_eq!(codes, [(2, "out_of_bounds"), (4, "out_of_bounds"), (5, "out_of_bounds")]);
    assert_eq!(count(&ground.device().await, "pages"), Some(9));
}

#[tokio::test]
async fn what_the_database_does_not_take_is_set_aside_and_the_others_apply() {
    let ground = Ground::new().await;
    let mut superuser = ground.database.superuser().await;
    sqlx::query("alter table readings add constraint beast check (value <> 666)")
        .execute(&mut superuser)
        .await
        .unwrap();
    let report = |sequence, value| {
        let at = ground.now_ms() - 100 + sequence;
        ground.report(sequence, vec![identify(&[SERIAL]), pages(at, value)])
    };
    let batch = ground.batch(vec![report(1, 600.0), report(2, 666.0), report(3, 700.0)]);
    let send = || ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into());
    let applied = send().await.unwrap();
    assert_eq!((applied.applied, applied.acknowledgement.acknowledged_through), (2, 3));
    let rejected = &applied.acknowledgement.rejected;
    assert_eq!(rejected.iter().map(|r| (r.sequence, r.code.as_str())).collect::<Vec<_>>(), [(2, "not_storable")]);
    assert_eq!(count(&ground.device().await, "pages"), Some(700));
    // and it is not tried again
    let again = send().await.unwrap();
    assert_eq!((again.applied, again.repeated, again.acknowledgement.acknowledged_through), (0, 3, 3));
    let letters: Vec<(i64, String)> =
        sqlx::query_as("select sequence, code from dead_letters").fetch_all(&mut superuser).await.unwrap();
    assert_eq!(letters, [(2, "not_storable".to_owned())]);
    let values: Vec<f64> =
        sqlx::query_scalar("select value from readings order by at").fetch_all(&mut superuser).await.unwrap();
    assert_eq!(values, [600.0, 700.0]);
}

#[tokio::test]
async fn a_missing_partition_is_no_fault_of_a_report() {
    let ground = Ground::new().await;
    let mut superuser = ground.database.superuser().await;
    let partitions: Vec<String> =
        sqlx::query_scalar("select inhrelid::regclass::text from pg_inherits where inhparent = 'readings'::regclass")
            .fetch_all(&mut superuser)
            .await
            .unwrap();
    for partition in partitions {
        let detach = sqlx::AssertSqlSafe(format!("alter table readings detach partition {partition}"));
        sqlx::query(detach).execute(&mut superuser).await.unwrap();
    }
    let batch = ground.batch(vec![ground.report(1, vec![identify(&[SERIAL]), pages(ground.now_ms(), 1.0)])]);
    let sent = ingest::apply(&ground.store, &ground.catalogue, &ground.who, batch.clone().into()).await;
    assert!(matches!(sent, Err(IngestError::Store(_))), "{sent:?}");
}

#[tokio::test]
async fn a_device_is_first_seen_by_the_earliest_report_of_the_first_batch() {
    let ground = Ground::new().await;
    let ago = |sequence, minutes: u64| {
        let mut report = ground.report(sequence, vec![identify(&[SERIAL])]);
        report.observed_at -= minutes * 60_000;
        report
    };
    ground.send(vec![ago(1, 50), ago(2, 55), ago(3, 40)]).await;
    let device = ground.device().await;
    let minutes = |at: jiff::Timestamp| ground.store.now().duration_since(at).as_mins();
    assert_eq!((minutes(device.first_seen_at), minutes(device.last_seen_at)), (55, 40));
    ground.send(vec![ago(4, 0)]).await;
    let device = ground.device().await;
    assert_eq!((minutes(device.first_seen_at), minutes(device.last_seen_at)), (55, 0));
}

#[tokio::test]
async fn a_retired_device_is_ignored_until_it_is_restored() {
    let ground = Ground::new().await;
    let report = |sequence| ground.report(sequence, vec![identify(&[SERIAL]), conditions(&[("jam", None)])]);
    ground.send(vec![report(1)]).await;
    let id = ground.device().await.id;
    let now = ground.store.now();
    let mut scope = ground.scope(ground.customer).await;
    assert!(matches!(devices::restore(&ground.store, &mut scope, id, now).await, Err(DeviceError::NotRetired)));
    devices::retire(&mut scope, id, now).await.unwrap();
    scope.commit().await.unwrap();
    assert!(ground.devices(ground.customer).await.is_empty());
    let retired = || async {
        let filter = DeviceFilter { status: Some(Status::Retired), ..DeviceFilter::default() };
        let mut scope = ground.scope(ground.dealer).await;
        devices::list(&mut scope, &filter, Sort::default(), &PageRequest::default(), now).await.unwrap().items
    };
    let listed = retired().await;
    assert_eq!(
        listed.iter().map(|d| (d.id, d.online, d.retired_at.is_some())).collect::<Vec<_>>(),
        [(id, false, true)]
    );

    ground.minutes(1);
    let applied = ground.send(vec![report(2), report(3)]).await;
    assert_eq!((applied.applied, applied.ignored, applied.alerts), (0, 2, 0));
    assert_eq!((applied.acknowledgement.acknowledged_through, applied.acknowledgement.rejected.len()), (3, 0));
    let mut scope = ground.scope(ground.customer).await;
    let open: i64 = sqlx::query_scalar("select count(*) from alerts where cleared_at is null and $1")
        .bind(true)
        .fetch_one(scope.sql())
        .await
        .unwrap();
    assert_eq!(open, 0);
    drop(scope);

    let stranger = devices::restore(&ground.store, &mut ground.scope(ground.other).await, id, now).await;
    assert!(matches!(stranger, Err(DeviceError::NotFound)));
    let mut scope = ground.scope(ground.dealer).await;
    assert_eq!(devices::restore(&ground.store, &mut scope, id, now).await.unwrap().id, id);
    scope.commit().await.unwrap();
    assert!(retired().await.is_empty());
    ground.minutes(1);
    let applied = ground.send(vec![report(4)]).await;
    assert_eq!((applied.applied, applied.ignored, applied.alerts), (1, 0, 1));
    let device = ground.device().await;
    assert_eq!((device.id, device.alerts_open, device.online), (id, 1, true));
    let mut scope = ground.scope(ground.customer).await;
    let audited: i64 = sqlx::query_scalar("select count(*) from audit_entries where action = $1")
        .bind("device.restored")
        .fetch_one(scope.sql())
        .await
        .unwrap();
    assert_eq!(audited, 1);
}
