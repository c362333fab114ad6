//! The queue: at least once, fenced, and alive after a worker died.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bailiwick_devices::jobs::{
    self, Claimed, JobError, JobFailure, NewJob, Partitions, Retention, Worker, Workers, schedule,
};
use bailiwick_store::{Scope, Store};

use crate::ground::*;

const LEASE: Duration = Duration::from_secs(60);

fn job(ground: &Ground, recurs: Option<Duration>) -> NewJob {
    NewJob {
        kind: "count",
        key: "k".into(),
        arguments: serde_json::json!({ "n": 1 }),
        run_at: ground.store.now(),
        max_attempts: 3,
        recurs,
    }
}

async fn enqueue(ground: &Ground, recurs: Option<Duration>) -> bool {
    let mut scope = ground.scope(ground.customer).await;
    let added = jobs::enqueue(&mut scope, &job(ground, recurs), ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    added.is_some()
}

async fn claim(ground: &Ground) -> Option<Claimed> {
    jobs::claim(&ground.store, &[("count", LEASE)]).await.unwrap()
}

#[tokio::test]
async fn a_waiting_job_is_added_once_and_claimed_once() {
    let ground = Ground::new().await;
    assert!(enqueue(&ground, None).await);
    assert!(!enqueue(&ground, None).await);
    let (a, b, c) = tokio::join!(claim(&ground), claim(&ground), claim(&ground));
    let claimed: Vec<Claimed> = [a, b, c].into_iter().flatten().collect();
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].attempt, claimed[0].account), (1, ground.customer));
    let mut scope = ground.scope(ground.customer).await;
    jobs::finish(&mut scope, &claimed[0], ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    assert!(claim(&ground).await.is_none());
    assert!(enqueue(&ground, None).await, "one that is done does not keep another out");
}

#[tokio::test]
async fn a_job_whose_worker_died_runs_again_and_the_dead_one_writes_nothing() {
    let ground = Ground::new().await;
    enqueue(&ground, None).await;
    let first = claim(&ground).await.unwrap();
    // it writes, and then its process is gone before the commit; or it is only slow
    let mut slow = ground.scope(ground.customer).await;
    sqlx::query("update sites set name = $1").bind("stale").execute(slow.sql()).await.unwrap();
    assert!(claim(&ground).await.is_none(), "its lease holds");
    ground.minutes(2);
    let second = claim(&ground).await.unwrap();
    assert_eq!((second.id, second.attempt), (first.id, 2));
    let fenced = jobs::finish(&mut slow, &first, ground.store.now()).await;
    assert!(matches!(fenced, Err(JobError::Fenced)));
    drop(slow);
    assert!(matches!(jobs::fail(&ground.store, &first, "late").await, Err(JobError::Fenced)));
    let mut scope = ground.scope(ground.customer).await;
    sqlx::query("update sites set name = $1").bind("fresh").execute(scope.sql()).await.unwrap();
    jobs::finish(&mut scope, &second, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    let mut scope = ground.scope(ground.customer).await;
    let name: String =
        sqlx::query_scalar("select name from sites where $1").bind(true).fetch_one(scope.sql()).await.unwrap();
    assert_eq!(name, "fresh");
}

#[tokio::test]
async fn a_job_that_fails_is_tried_later_each_time_and_then_no_more() {
    let ground = Ground::new().await;
    enqueue(&ground, None).await;
    for wait in [5_i64, 10] {
        let claimed = claim(&ground).await.unwrap();
        jobs::fail(&ground.store, &claimed, "broken").await.unwrap();
        ground.clock.advance(jiff::SignedDuration::from_secs(wait - 1));
        assert!(claim(&ground).await.is_none());
        ground.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let last = claim(&ground).await.unwrap();
    assert_eq!(last.tries, 3);
    jobs::fail(&ground.store, &last, "broken").await.unwrap();
    ground.minutes(600);
    assert!(claim(&ground).await.is_none());
}

#[tokio::test]
async fn a_job_whose_workers_keep_dying_is_given_up() {
    let ground = Ground::new().await;
    enqueue(&ground, None).await;
    for _ in 0..3 {
        assert!(claim(&ground).await.is_some());
        ground.minutes(2);
    }
    assert!(claim(&ground).await.is_none());
    let mut scope = ground.scope(ground.customer).await;
    let (state, error): (String, String) =
        sqlx::query_as("select state, error from jobs where $1").bind(true).fetch_one(scope.sql()).await.unwrap();
    assert_eq!((state.as_str(), error.as_str()), ("failed", "lease_expired"));
}

/// Fails by panic the first time, by error the second.
struct Fickle(AtomicU32);

#[async_trait]
impl Worker for Fickle {
    fn kind(&self) -> &'static str {
        "count"
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("on purpose"),
            1 => Err(JobFailure { code: "on_purpose", source: None }),
            _ => Ok(job.scope(store).await?),
        }
    }
}

#[tokio::test]
async fn a_worker_that_panics_fails_its_job_alone() {
    let ground = Ground::new().await;
    enqueue(&ground, Some(Duration::from_secs(3_600))).await;
    let workers = Workers::new(ground.store.clone(), vec![Arc::new(Fickle(AtomicU32::new(0)))]);
    for _ in 0..3 {
        assert!(workers.run_one().await.unwrap());
        ground.minutes(1);
    }
    assert!(!workers.run_one().await.unwrap(), "it recurs in an hour");
    ground.minutes(60);
    assert!(workers.run_one().await.unwrap());
}

#[tokio::test]
async fn the_platforms_own_jobs_are_scheduled_once_and_forget_what_is_old() {
    let ground = Ground::new().await;
    schedule(&ground.store).await.unwrap();
    schedule(&ground.store).await.unwrap();
    let old = ground.now_ms() - 80 * 86_400_000;
    ground.send(vec![ground.report(1, vec![identify(&[SERIAL]), pages(old, 1.0)]), ground.report(2, vec![])]).await;
    let retention = Retention { readings_days: 100, dead_letters_days: 30 };
    let workers = Workers::new(ground.store.clone(), vec![Arc::new(Partitions), Arc::new(retention)]);
    let counts = || async {
        let mut scope = ground.scope(ground.customer).await;
        let counts: (i64, i64) =
            sqlx::query_as("select (select count(*) from readings where $1), (select count(*) from dead_letters)")
                .bind(true)
                .fetch_one(scope.sql())
                .await
                .unwrap();
        counts
    };
    while workers.run_one().await.unwrap() {}
    assert_eq!(counts().await, (1, 1));
    ground.minutes(31 * 24 * 60);
    while workers.run_one().await.unwrap() {}
    assert_eq!(counts().await, (0, 0));
}

#[tokio::test]
async fn one_account_has_one_job_of_a_kind_under_way_and_holds_up_no_other() {
    let ground = Ground::new().await;
    let now = ground.store.now();
    for (account, key) in [(ground.customer, "1"), (ground.customer, "2"), (ground.customer, "3"), (ground.other, "1")]
    {
        let mut scope = ground.scope(account).await;
        let job = NewJob { key: key.into(), ..job(&ground, None) };
        jobs::enqueue(&mut scope, &job, now).await.unwrap().unwrap();
        scope.commit().await.unwrap();
    }
    let mut taken = Vec::new();
    while let Some(job) = claim(&ground).await {
        taken.push(job);
    }
    let of: Vec<_> = taken.iter().map(|job| job.account).collect();
    assert_eq!(of, [ground.customer, ground.other]);
    let mut scope = ground.scope(ground.customer).await;
    jobs::finish(&mut scope, &taken[0], now).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(claim(&ground).await.unwrap().account, ground.customer, "its next");
}
