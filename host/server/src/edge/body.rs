//! Bodies that are read into memory: each up to a size of its own, and all of them within one budget.
//!
//! The budget counts the bytes that are held, from the first that arrives until the last user of the body lets go of
//! it. It is shared out: one source and one account hold a quarter at most, and callers who proved nothing hold half
//! together, so that neither one customer nor strangers keep the others from sending.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    http::StatusCode,
};
use bailiwick_store::AccountId;
use futures::StreamExt as _;
use prometheus::{IntCounterVec, IntGauge};

use super::Problem;

/// Seconds after which a body that found the budget full is worth another try.
const RETRY_AFTER: u64 = 2;

/// Who sends a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// The network it comes from.
    pub source: IpAddr,
    /// The account whose credential it came with; none for a stranger.
    pub account: Option<AccountId>,
}

/// The bytes of bodies that may be held at once.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    held: Mutex<Held>,
    bytes: IntGauge,
    refused: IntCounterVec,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    strangers: usize,
    shares: HashMap<Share, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Share {
    Source(IpAddr),
    Account(AccountId),
}

/// Why no more bytes are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    /// Everybody's bodies together.
    Budget,
    /// The sender's own.
    Share,
}

impl Sender {
    fn shares(self) -> impl Iterator<Item = Share> {
        self.account.map(Share::Account).into_iter().chain([Share::Source(self.source)])
    }
}

impl Budget {
    /// Of so many bytes. `bytes` shows how many are held, `refused` counts what found no room.
    #[must_use]
    pub fn new(most: usize, bytes: IntGauge, refused: IntCounterVec) -> Self {
        Self(Arc::new(Inner { most, held: Mutex::default(), bytes, refused }))
    }

    /// Reads a body whole.
    ///
    /// # Errors
    /// `payload_too_large` beyond `most` bytes, before a byte is read where the body announces them; `broken_body`;
    /// `too_much_in_flight` (429) where the sender's share is used up, `unavailable` where the budget is.
    pub async fn read(&self, sender: Sender, body: Body, most: usize) -> Result<Bytes, Problem> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > most {
            return Err(too_large());
        }
        let mut kept = Kept { bytes: Vec::new(), reserved: self.reserve(sender) };
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| broken())?;
            let length = kept.bytes.len().saturating_add(chunk.len());
            if length > most {
                return Err(too_large());
            }
            if length > kept.bytes.capacity() {
                // doubled, so that it is not copied for every chunk, and never beyond what is announced or allowed
                let wanted = kept.bytes.capacity().saturating_mul(2).min(if announced > 0 { announced } else { most });
                let capacity = wanted.max(length);
                kept.reserved.grow_to(capacity)?;
                kept.bytes.reserve_exact(capacity.saturating_sub(kept.bytes.len()));
            }
            kept.bytes.extend_from_slice(&chunk);
        }
        // the reservation goes with the bytes
        Ok(Bytes::from_owner(kept))
    }

    /// Bytes that are held now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    fn reserve(&self, sender: Sender) -> Reserved {
        Reserved { budget: self.clone(), sender, bytes: 0 }
    }

    fn take(&self, sender: Sender, more: usize) -> Result<(), Full> {
        let most = self.0.most;
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let beyond = |now: usize, most: usize| now.saturating_add(more) > most;
        if sender.shares().any(|share| beyond(held.shares.get(&share).copied().unwrap_or_default(), most / 4)) {
            return Err(Full::Share);
        }
        if beyond(held.all, most) || (sender.account.is_none() && beyond(held.strangers, most / 2)) {
            return Err(Full::Budget);
        }
        held.all = held.all.saturating_add(more);
        if sender.account.is_none() {
            held.strangers = held.strangers.saturating_add(more);
        }
        for share in sender.shares() {
            let now = held.shares.entry(share).or_default();
            *now = now.saturating_add(more);
        }
        self.show(&held);
        Ok(())
    }

    fn give_back(&self, sender: Sender, bytes: usize) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all = held.all.saturating_sub(bytes);
        if sender.account.is_none() {
            held.strangers = held.strangers.saturating_sub(bytes);
        }
        for share in sender.shares() {
            let left = held.shares.get(&share).copied().unwrap_or_default().saturating_sub(bytes);
            if left == 0 {
                held.shares.remove(&share);
            } else {
                held.shares.insert(share, left);
            }
        }
        self.show(&held);
    }

    fn show(&self, held: &Held) {
        self.0.bytes.set(i64::try_from(held.all).unwrap_or(i64::MAX));
    }
}

struct Reserved {
    budget: Budget,
    sender: Sender,
    bytes: usize,
}

impl Reserved {
    fn grow_to(&mut self, bytes: usize) -> Result<(), Problem> {
        let more = bytes.saturating_sub(self.bytes);
        if let Err(full) = self.budget.take(self.sender, more) {
            let (which, problem) = match full {
                Full::Budget => ("all", Problem::unavailable(RETRY_AFTER)),
                Full::Share => ("own", Problem::too_much_in_flight(RETRY_AFTER)),
            };
            self.budget.0.refused.with_label_values(&[which]).inc();
            return Err(problem);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.give_back(self.sender, self.bytes);
        }
    }
}

struct Kept {
    bytes: Vec<u8>,
    reserved: Reserved,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The body is larger than is read here.
#[must_use]
pub fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is larger than accepted here.")
}

/// The body ended early, or is not in the form that was announced.
#[must_use]
pub fn broken() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "broken_body", "The body could not be read to its end.")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::stream;
    use prometheus::Opts;

    use super::*;

    fn budget(most: usize) -> Budget {
        let refused = IntCounterVec::new(Opts::new("refused", "refused"), &["which"]).expect("a figure");
        Budget::new(most, IntGauge::new("held", "held").expect("a figure"), refused)
    }

    fn from(source: u8, account: Option<AccountId>) -> Sender {
        Sender { source: IpAddr::from([192, 0, 2, source]), account }
    }

    async fn send(budget: &Budget, sender: Sender, bytes: usize) -> Result<Bytes, &'static str> {
        let chunk = Bytes::from(vec![7; 100]);
        let chunks = stream::iter(vec![Ok::<_, Infallible>(chunk); bytes / 100]);
        budget.read(sender, Body::from_stream(chunks), 1_000).await.map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn bytes_are_counted_until_the_last_user_lets_go() {
        let budget = budget(10_000);
        let body = send(&budget, from(1, None), 300).await.expect("fits");
        assert_eq!((body.len(), body.iter().all(|byte| *byte == 7)), (300, true));
        assert!((300..=1_000).contains(&budget.held()), "{}", budget.held());
        let part = body.slice(..1);
        drop(body);
        assert!(budget.held() >= 300);
        drop(part);
        assert_eq!(budget.held(), 0);
        assert_eq!(send(&budget, from(1, None), 1_100).await, Err("payload_too_large"));
        assert_eq!(budget.0.held.lock().expect("no panic").shares.len(), 0, "nothing is kept of who sent");
    }

    #[tokio::test]
    async fn a_source_an_account_and_strangers_have_their_shares() {
        let budget = budget(8_000);
        let account = Some(AccountId::new());
        let mut held = Vec::new();
        for source in [1, 1, 2, 2] {
            held.push(send(&budget, from(source, None), 1_000).await.expect("fits"));
        }
        assert_eq!(send(&budget, from(1, None), 100).await, Err("too_much_in_flight"));
        assert_eq!(send(&budget, from(3, None), 100).await, Err("unavailable"), "strangers hold half together");
        for source in [3, 4] {
            held.push(send(&budget, from(source, account), 1_000).await.expect("fits"));
        }
        assert_eq!(send(&budget, from(5, account), 100).await, Err("too_much_in_flight"), "from wherever");
        for source in [5, 6] {
            held.push(send(&budget, from(source, Some(AccountId::new())), 1_000).await.expect("fits"));
        }
        assert_eq!(send(&budget, from(7, Some(AccountId::new())), 100).await, Err("unavailable"));
        drop(held);
        assert_eq!(budget.held(), 0);
        send(&budget, from(1, None), 1_000).await.expect("fits again");
    }
}
