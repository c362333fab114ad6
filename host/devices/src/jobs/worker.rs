//! Runs workers until told to stop.

use std::{sync::Arc, time::Duration};

use bailiwick_shares::{Party, Shares};
use bailiwick_store::Store;
use tokio_util::sync::CancellationToken;

use super::{Claimed, JobError, JobFailure, Worker, service};

/// How long an idle loop waits before it looks again.
const IDLE: Duration = Duration::from_secs(1);

/// A set of workers on one store.
pub struct Workers {
    store: Store,
    workers: Vec<Arc<dyn Worker>>,
}

impl Workers {
    /// One worker a kind.
    #[must_use]
    pub fn new(store: Store, workers: Vec<Arc<dyn Worker>>) -> Self {
        Self { store, workers }
    }

    /// Claims and runs jobs one after the other until `stop`, each within a share of the server's work; the one that
    /// runs then is finished first. Several such loops, here and in other processes, share the queue.
    pub async fn run(&self, shares: &Shares, stop: CancellationToken) {
        loop {
            let share = tokio::select! {
                () = stop.cancelled() => return,
                share = shares.begin(Party::job()) => share,
            };
            let done = self.run_one().await;
            drop(share);
            match done {
                Ok(true) => {}
                Ok(false) => idle(&stop).await,
                Err(error) => {
                    tracing::warn!(error = %error, "the job queue cannot be read");
                    idle(&stop).await;
                }
            }
        }
    }

    /// Runs one job, if one is due. Whether there was one.
    ///
    /// # Errors
    /// [`JobError::Store`] where the queue cannot be read; a failed job is no error here.
    pub async fn run_one(&self) -> Result<bool, JobError> {
        let kinds: Vec<(&str, Duration)> = self.workers.iter().map(|w| (w.kind(), w.lease())).collect();
        let Some(job) = service::claim(&self.store, &kinds).await? else { return Ok(false) };
        let Some(worker) = self.workers.iter().find(|worker| worker.kind() == job.kind) else { return Ok(false) };
        let (store, worker, claimed) = (self.store.clone(), Arc::clone(worker), job.clone());
        // its own task, so that a panic ends the job and not this loop
        let attempt = tokio::spawn(async move { attempt(&store, worker.as_ref(), &claimed).await });
        let outcome = attempt.await.unwrap_or_else(|panic| Err(Failed::Code(JobFailure::new("panicked", panic))));
        match outcome {
            Ok(()) => {}
            Err(Failed::Fenced) => {
                tracing::warn!(kind = %job.kind, attempt = job.attempt, "a later attempt took the job over");
            }
            Err(Failed::Code(failure)) => {
                let cause = failure.source.as_ref().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(kind = %job.kind, attempt = job.attempt, code = failure.code, cause, "a job failed");
                match service::fail(&self.store, &job, failure.code).await {
                    Ok(()) | Err(JobError::Fenced) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(true)
    }
}

async fn idle(stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(IDLE) => {}
    }
}

enum Failed {
    Fenced,
    Code(JobFailure),
}

impl From<JobError> for Failed {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Fenced => Self::Fenced,
            JobError::Store(error) => Self::Code(error.into()),
        }
    }
}

async fn attempt(store: &Store, worker: &dyn Worker, job: &Claimed) -> Result<(), Failed> {
    let work = async {
        let mut scope = worker.run(job, store).await.map_err(Failed::Code)?;
        service::finish(&mut scope, job, store.now()).await?;
        scope.commit().await.map_err(|error| Failed::Code(error.into()))
    };
    match tokio::time::timeout(worker.lease(), work).await {
        Ok(outcome) => outcome,
        Err(elapsed) => Err(Failed::Code(JobFailure::new("lease_expired", elapsed))),
    }
}
