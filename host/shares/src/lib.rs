//! Fair shares of the server's work: database connections and processor time.
//!
//! A rate limit counts calls. This counts work under way. Whoever begins work (a call, a collector's batch, a job) takes
//! a [`Share`] first and gives it back at the end. The number of shares is a little below the number of database
//! connections, so whoever holds one also finds a connection.
//!
//! - An account has only so many shares at once. The rest of its work waits in the account's own queue, which is bounded.
//! - The last free shares are kept for accounts that have nothing under way ([`Bounds::reserve`]).
//! - A free share goes to the account that used the least time so far (start-time fair queueing), not to the one with
//!   the most calls.
//! - The batches of one collector begin one after the other, in the order of their arrival.
//! - No transaction is open while work waits. The caller reads the body before, too, so no share waits for a slow sender.
//!
//! The bounds hold within one process. Across processes, ingest itself lets a collector apply one batch at a time.

mod figures;
mod queue;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bailiwick_store::{AccountId, CollectorId};
use tokio::sync::oneshot;

pub use figures::Figures;
use queue::{Entered, Queue};

/// What kind of work it is. Figures are counted by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// A call of somebody who proved an account.
    Call,
    /// A call of somebody who proved nothing (yet).
    Anonymous,
    /// What a collector sends or asks.
    Collector,
    /// A job of the queue.
    Job,
}

impl Work {
    pub(crate) const ALL: [Self; 4] = [Self::Call, Self::Anonymous, Self::Collector, Self::Job];

    /// Its name in figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Anonymous => "anonymous",
            Self::Collector => "collector",
            Self::Job => "job",
        }
    }
}

/// Whose share it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// An account: the one that the caller's own right comes from, not the one that is worked on.
    Account(AccountId),
    /// The network of somebody who proved nothing.
    Source(IpAddr),
    /// The platform itself.
    Platform,
}

/// Who begins which work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    who: Who,
    work: Work,
    line: Option<CollectorId>,
}

impl Party {
    /// A call of somebody whose right comes from this account.
    #[must_use]
    pub const fn call(account: AccountId) -> Self {
        Self { who: Who::Account(account), work: Work::Call, line: None }
    }

    /// A call of somebody unknown at this network.
    #[must_use]
    pub const fn anonymous(source: IpAddr) -> Self {
        Self { who: Who::Source(source), work: Work::Anonymous, line: None }
    }

    /// What a collector sends: one at a time.
    #[must_use]
    pub const fn collector(account: AccountId, collector: CollectorId) -> Self {
        Self { who: Who::Account(account), work: Work::Collector, line: Some(collector) }
    }

    /// A job. It waits for as long as it takes.
    #[must_use]
    pub const fn job() -> Self {
        Self { who: Who::Platform, work: Work::Job, line: None }
    }
}

/// How much work there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Shares in all.
    pub total: usize,
    /// Shares of one account at once.
    pub account: usize,
    /// How much of one account's work may wait.
    pub waiting: usize,
    /// How much of one collector's work may wait.
    pub collector_waiting: usize,
    /// How long work waits before it is refused. Jobs wait without an end.
    pub patience: Duration,
}

impl Bounds {
    /// How much may wait in all, of every account together.
    const WAITING_IN_ALL: usize = 2_048;

    /// Shares that are kept for accounts with nothing under way: a quarter.
    #[must_use]
    pub fn reserve(&self) -> usize {
        self.total / 4
    }

    /// The most shares that work of one kind has in all. Strangers and jobs never take everything.
    fn of_kind(&self, work: Work) -> usize {
        match work {
            Work::Call => self.total,
            Work::Anonymous | Work::Job => (self.total / 2).max(1),
            Work::Collector => self.total.saturating_sub(self.reserve()).max(1),
        }
    }

    /// The most shares that one account has for work of one kind. Its collectors leave one for its operators.
    fn of_account(&self, who: Who, work: Work) -> usize {
        match (who, work) {
            (Who::Platform, _) => usize::MAX,
            (_, Work::Collector) => self.account.saturating_sub(1).max(1),
            _ => self.account,
        }
    }
}

/// Why work did not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As much of the account's or collector's own work waits as may.
    #[error("as much of its own work is under way and waiting as may be")]
    OwnQueueFull,
    /// The server has as much work as it can do.
    #[error("the server has as much work as it can do")]
    ServerFull,
    /// Its turn did not come in time.
    #[error("its turn did not come in time")]
    WaitedTooLong,
}

impl Refused {
    const fn name(self) -> &'static str {
        match self {
            Self::OwnQueueFull => "own_queue_full",
            Self::ServerFull => "server_full",
            Self::WaitedTooLong => "waited_too_long",
        }
    }
}

/// Hands out shares. A cheap clone.
#[derive(Debug, Clone)]
pub struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    patience: Duration,
    figures: Figures,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    /// Who waits, by ticket.
    told: HashMap<u64, oneshot::Sender<()>>,
}

impl Shares {
    /// Within these bounds.
    #[must_use]
    pub fn new(bounds: Bounds, figures: Figures) -> Self {
        let state = State { queue: Queue::new(bounds), told: HashMap::new() };
        Self(Arc::new(Inner { state: Mutex::new(state), patience: bounds.patience, figures }))
    }

    /// Waits for a share. If the future is dropped, the place in the queue is given up.
    ///
    /// # Errors
    /// [`Refused`]: the work must not begin.
    pub async fn begin(&self, party: Party) -> Result<Share, Refused> {
        let asked = Instant::now();
        let begun = self.enter(party, asked).await;
        match &begun {
            Ok(_) => self.0.figures.waited(party.work, asked.elapsed()),
            Err(why) => self.0.figures.refused(party.work, why.name()),
        }
        begun
    }

    async fn enter(&self, party: Party, asked: Instant) -> Result<Share, Refused> {
        let mut waiting = {
            let mut state = self.0.lock();
            match state.queue.enter(party) {
                Entered::Begun => {
                    self.0.figures.running(party.work).inc();
                    return Ok(Share { inner: Arc::clone(&self.0), party, begun: asked });
                }
                Entered::Refused(why) => return Err(why),
                Entered::Waits(ticket) => {
                    let (tell, turn) = oneshot::channel();
                    state.told.insert(ticket, tell);
                    self.0.figures.waiting(party.work).inc();
                    Waiting { inner: Arc::clone(&self.0), party, ticket, turn, taken: false }
                }
            }
        };
        let turn = &mut waiting.turn;
        let came = match party.work {
            Work::Job => turn.await.is_ok(),
            _ => matches!(tokio::time::timeout(self.0.patience, turn).await, Ok(Ok(()))),
        };
        if came { Ok(waiting.take()) } else { Err(Refused::WaitedTooLong) }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next ones begin.
    fn hand_on(&self, state: &mut State) {
        while let Some((ticket, party)) = state.queue.next() {
            self.figures.waiting(party.work).dec();
            self.figures.running(party.work).inc();
            if let Some(tell) = state.told.remove(&ticket) {
                // one that gave up meanwhile gives its share back when it comes to the lock
                let _ = tell.send(());
            }
        }
    }

    fn end(&self, state: &mut State, party: Party, used: Duration) {
        self.figures.running(party.work).dec();
        state.queue.end(party, used);
        self.hand_on(state);
    }
}

/// A place in a queue.
struct Waiting {
    inner: Arc<Inner>,
    party: Party,
    ticket: u64,
    turn: oneshot::Receiver<()>,
    taken: bool,
}

impl Waiting {
    fn take(mut self) -> Share {
        self.taken = true;
        Share { inner: Arc::clone(&self.inner), party: self.party, begun: Instant::now() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.taken {
            return;
        }
        let mut state = self.inner.lock();
        state.told.remove(&self.ticket);
        if state.queue.leave(self.party, self.ticket) {
            self.inner.figures.waiting(self.party.work).dec();
        } else {
            self.inner.end(&mut state, self.party, Duration::ZERO);
        }
    }
}

/// The right to have one piece of work under way. Dropping it gives it back.
#[must_use = "work is under way only as long as its share is held"]
#[derive(Debug)]
pub struct Share {
    inner: Arc<Inner>,
    party: Party,
    begun: Instant,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.inner.lock();
        self.inner.end(&mut state, self.party, self.begun.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(bounds: Bounds) -> Shares {
        Shares::new(bounds, Figures::new(&prometheus::Registry::new()).unwrap())
    }

    const BOUNDS: Bounds =
        Bounds { total: 4, account: 2, waiting: 2, collector_waiting: 1, patience: Duration::from_millis(50) };

    #[tokio::test]
    async fn a_full_account_waits_then_is_refused_while_another_begins() {
        let shares = shares(BOUNDS);
        let (noisy, quiet) = (Party::call(AccountId::new()), Party::call(AccountId::new()));
        let held = [shares.begin(noisy).await.unwrap(), shares.begin(noisy).await.unwrap()];
        let next = tokio::spawn({
            let shares = shares.clone();
            async move { shares.begin(noisy).await.map(drop) }
        });
        assert!(shares.begin(quiet).await.is_ok());
        assert_eq!(next.await.unwrap(), Err(Refused::WaitedTooLong));
        let patient = shares.clone();
        let turn = tokio::spawn(async move { patient.begin(noisy).await.map(drop) });
        tokio::task::yield_now().await;
        drop(held);
        assert_eq!(turn.await.unwrap(), Ok(()));
        assert_eq!(shares.0.figures.of(Work::Call), (0, 0), "nothing is left behind");
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_takes_no_share_along() {
        let shares = shares(Bounds { total: 1, ..BOUNDS });
        let party = Party::call(AccountId::new());
        for granted_first in [false, true] {
            let held = shares.begin(party).await.unwrap();
            let mut waits = Box::pin(shares.begin(party));
            assert!(poll_once(waits.as_mut()).is_none());
            if granted_first {
                drop(held);
                drop(waits);
            } else {
                drop(waits);
                drop(held);
            }
            assert_eq!(shares.0.figures.of(Work::Call), (0, 0));
        }
        assert!(shares.begin(party).await.is_ok());
    }

    fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn a_job_waits_for_as_long_as_it_takes() {
        let shares = shares(Bounds { total: 2, patience: Duration::from_millis(1), ..BOUNDS });
        let first = shares.begin(Party::job()).await.unwrap();
        let second = tokio::spawn({
            let shares = shares.clone();
            async move { shares.begin(Party::job()).await.map(drop) }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!second.is_finished(), "jobs have half of the shares");
        drop(first);
        assert_eq!(second.await.unwrap(), Ok(()));
    }
}
