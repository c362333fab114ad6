//! What callers do with the queue.

use std::time::Duration;

use bailiwick_store::{Scope, Store};
use jiff::Timestamp;

use super::{Claimed, JobError, JobId, NewJob, Spacing, store};

/// Adds a job to the scope's account, in the scope's transaction. `None` where one of its kind and key waits
/// already.
///
/// # Errors
/// [`JobError::Store`].
pub async fn enqueue(scope: &mut Scope, job: &NewJob, now: Timestamp) -> Result<Option<JobId>, JobError> {
    let id = JobId::new();
    Ok(store::insert(scope, id, job, job.run_at, now).await?.then_some(id))
}

/// As [`enqueue`], for jobs of which one account may add many: each takes its turn so long behind the account's one before,
/// and the first so long behind what is urgent. A turn is an order and no time: where nothing else is due, they run at once.
///
/// # Errors
/// [`JobError::Store`].
pub async fn enqueue_behind(
    scope: &mut Scope,
    job: &NewJob,
    spacing: Spacing,
    now: Timestamp,
) -> Result<Option<JobId>, JobError> {
    let after = |time: Timestamp, wait: Duration| time.checked_add(wait).unwrap_or(time);
    let first = after(job.run_at, spacing.behind_urgent);
    let turn = store::last_turn(scope, job.kind).await?.map_or(first, |last| first.max(after(last, spacing.apart)));
    let id = JobId::new();
    Ok(store::insert(scope, id, job, turn, now).await?.then_some(id))
}

/// Claims the job whose turn it is, of these kinds (each with how long an attempt may take).
///
/// # Errors
/// [`JobError::Store`].
pub async fn claim(store: &Store, kinds: &[(&str, Duration)]) -> Result<Option<Claimed>, JobError> {
    let now = store.now();
    let names: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
    let leases: Vec<i32> =
        kinds.iter().map(|(_, lease)| i32::try_from(lease.as_secs().max(1)).unwrap_or(i32::MAX)).collect();
    let mut ops = store.ops().await?;
    store::bury(&mut ops, &names, now).await?;
    let claimed = store::claim(&mut ops, &names, &leases, now).await?;
    ops.commit().await?;
    Ok(claimed)
}

/// Ends a claimed job in the scope that holds what it wrote; commit the scope after it.
///
/// # Errors
/// [`JobError::Fenced`] where a later attempt took over: drop the scope, and nothing was written.
pub async fn finish(scope: &mut Scope, job: &Claimed, now: Timestamp) -> Result<(), JobError> {
    if store::finish(scope, job, now).await? { Ok(()) } else { Err(JobError::Fenced) }
}

/// Notes that an attempt failed. It is tried again, later each time, while tries are left.
///
/// # Errors
/// [`JobError::Fenced`] where a later attempt took over.
pub async fn fail(store: &Store, job: &Claimed, code: &str) -> Result<(), JobError> {
    let mut ops = store.ops().await?;
    let done = store::fail(&mut ops, job, code, backoff(job.tries), store.now()).await?;
    ops.commit().await?;
    if done { Ok(()) } else { Err(JobError::Fenced) }
}

/// 5 s, 10 s, 20 s, … up to an hour.
fn backoff(tries: i32) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or_default().min(16);
    Duration::from_secs(5 << doublings).min(Duration::from_secs(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_wait_longer_each_time() {
        assert_eq!(backoff(1), Duration::from_secs(5));
        assert_eq!(backoff(3), Duration::from_secs(20));
        assert_eq!(backoff(i32::MAX), Duration::from_secs(3_600));
    }
}
