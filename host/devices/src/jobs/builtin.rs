//! The platform's own jobs: partitions ahead of time, the audit's seals, and forgetting.

use std::time::Duration;

use async_trait::async_trait;
use bailiwick_audit::{AuditError, Sealer};
use bailiwick_store::{AccountId, Actor, Scope, Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use crate::usage;

use super::{
    Claimed, JobError, JobFailure, NewJob, Worker, service,
    store::{self, Forget},
};

const PARTITIONS: &str = "partitions";
const SEALING: &str = "audit_sealing";
const RETENTION: &str = "retention";

const DAY: Duration = Duration::from_secs(86_400);

/// Sees to it that the platform's own jobs are in the queue. Harmless to repeat.
///
/// # Errors
/// [`JobError::Store`].
pub async fn schedule(store: &Store) -> Result<(), JobError> {
    let census = (usage::CENSUS, Duration::from_secs(3_600));
    recur(store, &[(PARTITIONS, DAY), (SEALING, Duration::from_secs(30)), (RETENTION, DAY), census]).await
}

/// Sees to it that jobs of these kinds are in the platform's queue, to run again so long after each end. Harmless to
/// repeat.
///
/// # Errors
/// [`JobError::Store`].
pub async fn recur(store: &Store, kinds: &[(&'static str, Duration)]) -> Result<(), JobError> {
    let now = store.now();
    let mut scope = store.scope(&Actor::system("schedule"), AccountId::ROOT).await?;
    for (kind, every) in kinds.iter().copied() {
        let job = NewJob {
            kind,
            key: String::new(),
            arguments: serde_json::json!({}),
            run_at: now,
            max_attempts: 5,
            recurs: Some(every),
        };
        service::enqueue(&mut scope, &job, now).await?;
    }
    scope.commit().await?;
    Ok(())
}

/// Makes the coming months' partitions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Partitions;

#[async_trait]
impl Worker for Partitions {
    fn kind(&self) -> &'static str {
        PARTITIONS
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let added = store.add_partitions(store.now()).await?;
        if added > 0 {
            tracing::info!(added, "partitions were added");
        }
        Ok(job.scope(store).await?)
    }
}

/// Seals what the audit has that is settled.
pub struct Sealing(Sealer);

impl Sealing {
    /// With the installation's sealer.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self(sealer)
    }
}

#[async_trait]
impl Worker for Sealing {
    fn kind(&self) -> &'static str {
        SEALING
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let failed = |error: AuditError| JobFailure::new("sealing_failed", error);
        while self.0.run_once(store).await.map_err(failed)?.is_some() {}
        Ok(job.scope(store).await?)
    }
}

/// Removes what is older than it is kept, account by account, a little at a time.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Days that readings are kept.
    pub readings_days: u16,
    /// Days that codes of reports set aside are kept.
    pub dead_letters_days: u16,
}

impl Default for Retention {
    /// Two years and a bit of readings, a month of dead letters.
    fn default() -> Self {
        Self { readings_days: 800, dead_letters_days: 30 }
    }
}

/// Rows removed in one transaction.
const BATCH: i64 = 5_000;

impl Retention {
    fn rules(&self) -> [(Forget, SignedDuration); 8] {
        let days = |days: u16| SignedDuration::from_hours(i64::from(days) * 24);
        [
            (Forget::Readings, days(self.readings_days)),
            (Forget::DeadLetters, days(self.dead_letters_days)),
            (Forget::IdempotencyKeys, days(1)),
            (Forget::Jobs, days(7)),
            (Forget::CollectorTokens, days(7)),
            (Forget::Mails, days(30)),
            (Forget::Invitations, days(30)),
            (Forget::Budgets, days(7)),
        ]
    }
}

#[async_trait]
impl Worker for Retention {
    fn kind(&self) -> &'static str {
        RETENTION
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(1_800)
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let now = store.now();
        let actor = Actor::system(RETENTION);
        let accounts = store::accounts(&mut job.scope(store).await?).await?;
        for account in accounts {
            for (what, age) in self.rules() {
                let before: Timestamp = now.saturating_sub(age).unwrap_or(Timestamp::UNIX_EPOCH);
                loop {
                    let mut own = match store.scope(&actor, account).await {
                        // erased meanwhile
                        Err(StoreError::NotFound) => break,
                        opened => opened?,
                    };
                    let removed = store::forget(&mut own, what, before, BATCH).await?;
                    own.commit().await?;
                    if removed < u64::try_from(BATCH).unwrap_or_default() {
                        break;
                    }
                }
            }
        }
        Ok(job.scope(store).await?)
    }
}
