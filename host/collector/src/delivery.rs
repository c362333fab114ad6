//! Hands spooled reports to the server: oldest first, until it has acknowledged them.
//!
//! A batch that was sent but not answered is sent again; the server knows its sequences and applies
//! each once. Without a server the spool only grows: retries wait longer and longer, at most five
//! minutes, and begin anew with the next success.

use std::{sync::Arc, time::Duration};

use bailiwick_contract::report::Batch;
use tokio::sync::Notify;

use crate::{
    client::{ClientError, CollectorClient},
    spool::{Spool, SpoolError},
    status::{StatusBoard, now},
};

/// Why reports could not be handed in.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The server, or the way to it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The server answered without taking anything.
    #[error("the server acknowledged none of the reports")]
    NoProgress,
    /// A blocking task was lost: the process is stopping.
    #[error("the collector is stopping")]
    Stopping,
}

/// Waiting times between failures: doubled each time, spread by chance.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(300);

    /// It went well.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure; at least `asked`, where the server asked for it.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let full = Self::FIRST.saturating_mul(1 << self.failures.min(16)).min(Self::LONGEST);
        self.failures = self.failures.saturating_add(1);
        let spread = full.mul_f64(0.5 + 0.5 * chance());
        asked.map_or(spread, |asked| asked.max(spread))
    }
}

/// A number in `[0, 1)`.
#[must_use]
pub fn chance() -> f64 {
    let bits = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// Hands in what the spool holds.
pub struct Delivery {
    /// The server.
    pub client: CollectorClient,
    /// What waits.
    pub spool: Arc<Spool>,
    /// Told when a report was spooled.
    pub spooled: Arc<Notify>,
    /// Where its troubles show.
    pub board: StatusBoard,
    /// Most bytes of a batch, as the server's assignment says.
    pub max_batch_bytes: tokio::sync::watch::Receiver<u32>,
}

impl Delivery {
    /// Runs until the task is dropped.
    pub async fn run(self) {
        let mut backoff = Backoff::default();
        let mut most = Batch::MAX;
        loop {
            match self.deliver(most).await {
                Ok(0) => {
                    self.board.well("delivery");
                    backoff.reset();
                    // the timeout is for reports that an earlier process left
                    let _ = tokio::time::timeout(Duration::from_secs(30), self.spooled.notified()).await;
                }
                Ok(_) => {
                    self.board.well("delivery");
                    backoff.reset();
                    most = Batch::MAX;
                }
                Err(DeliveryError::Client(ClientError::Refused { status: 413, .. })) if most > 1 => most /= 2,
                Err(error) => {
                    self.board.trouble("delivery", &error);
                    let asked = match &error {
                        DeliveryError::Client(ClientError::Later { after, .. }) => *after,
                        _ => None,
                    };
                    tokio::time::sleep(backoff.next(asked)).await;
                }
            }
        }
    }

    /// Sends one batch and removes what the server has; gives how many left the spool.
    ///
    /// # Errors
    /// [`DeliveryError`]; the reports stay in the spool then.
    pub async fn deliver(&self, most: usize) -> Result<u64, DeliveryError> {
        let max_bytes = u64::from(*self.max_batch_bytes.borrow());
        let spool = Arc::clone(&self.spool);
        let reports = blocking(move || spool.oldest(most, max_bytes)).await??;
        let Some(sent) = reports.last().map(|report| report.sequence) else { return Ok(0) };
        let batch = Batch { spool: self.spool.id(), clock: now(), reports };
        let answer = self.client.reports(&batch).await?;
        self.board.contact(Some(answer.now));
        let spool = Arc::clone(&self.spool);
        match blocking(move || spool.acknowledge(&answer, sent)).await?? {
            0 => Err(DeliveryError::NoProgress),
            removed => Ok(removed),
        }
    }
}

/// Runs file work off the async workers.
///
/// # Errors
/// [`DeliveryError::Stopping`].
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DeliveryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| DeliveryError::Stopping)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_to_its_bound_and_honours_the_server() {
        let mut backoff = Backoff::default();
        let mut longest = Duration::ZERO;
        for round in 0..20 {
            let wait = backoff.next(None);
            assert!(wait >= Backoff::FIRST / 2 && wait <= Backoff::LONGEST, "round {round}: {wait:?}");
            longest = longest.max(wait);
        }
        assert!(longest >= Backoff::LONGEST / 2);
        assert!(backoff.next(Some(Duration::from_secs(900))) >= Duration::from_secs(900));
        backoff.reset();
        assert!(backoff.next(None) <= Backoff::FIRST);
    }
}
