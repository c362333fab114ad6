//! Work that is done at least once and survives its process.
//!
//! A job waits in PostgreSQL until a worker claims it: that takes a lease and raises its attempt. A worker that
//! is killed lets its lease run out, and the job runs again with a higher attempt. What a job writes commits
//! together with its end, and only while its attempt is still the latest (the fence); so a worker that was only
//! slow, and comes back after its lease was taken over, writes nothing.

mod builtin;
mod service;
mod store;
mod worker;

use std::{borrow::Cow, time::Duration};

use async_trait::async_trait;
use bailiwick_store::{AccountId, Actor, Scope, Store, StoreError, uuid_id};
use jiff::Timestamp;

pub use builtin::{Partitions, Retention, Sealing, recur, schedule};
pub use service::{claim, enqueue, enqueue_behind, fail, finish};
pub use worker::Workers;

uuid_id! {
    /// A job.
    JobId
}

/// A job to be.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which worker does it: `[a-z][a-z0-9_]{0,47}`.
    pub kind: &'static str,
    /// Of two waiting jobs of one kind and key the second is not added.
    pub key: String,
    /// What the worker needs to know.
    pub arguments: serde_json::Value,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it is tried.
    pub max_attempts: i32,
    /// How long after its end it runs again; `None` for once.
    pub recurs: Option<Duration>,
}

/// How far apart the turns of one account's jobs lie, so that those of others come between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spacing {
    /// Behind jobs of the same kind that are urgent.
    pub behind_urgent: Duration,
    /// Behind the account's one before.
    pub apart: Duration,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub id: JobId,
    /// Whose.
    pub account: AccountId,
    /// Its kind.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// What the worker needs to know.
    pub arguments: serde_json::Value,
    /// Rises with every claim: the fence.
    pub attempt: i32,
    /// Claims since it was added or last ended, this one included.
    pub tries: i32,
    /// How often it is tried.
    pub max_attempts: i32,
    /// How long after its end it runs again.
    pub recurs: Option<Duration>,
}

impl Claimed {
    /// A scope of the job's account, in which the platform acts. Open it when there is something to write: an idle
    /// transaction is cut off after a minute.
    ///
    /// # Errors
    /// [`StoreError`], such as that the account is gone.
    pub async fn scope(&self, store: &Store) -> Result<Scope, StoreError> {
        store.scope(&Actor::System(Cow::Owned(self.kind.replace('_', "-"))), self.account).await
    }
}

/// Why a job's attempt failed: a stable code, `[a-z][a-z0-9_]{0,63}`; what else there is to say is in the trace.
#[derive(Debug, thiserror::Error)]
#[error("{code}")]
pub struct JobFailure {
    /// The code.
    pub code: &'static str,
    /// What was behind it.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl JobFailure {
    /// With a code and what was behind it.
    pub fn new(code: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { code, source: Some(source.into()) }
    }
}

impl From<StoreError> for JobFailure {
    fn from(error: StoreError) -> Self {
        Self::new("database", error)
    }
}

/// What does jobs of one kind.
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// How long an attempt may take before another worker takes the job over.
    fn lease(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Does the job, and gives back a scope of the job's account ([`Claimed::scope`]): what was written in it commits
    /// together with the job's end. What it does elsewhere must bear being done twice.
    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure>;
}

/// What can go wrong with the queue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// Another worker took the job over: what this one did is undone.
    #[error("the job was taken over by a later attempt")]
    Fenced,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
