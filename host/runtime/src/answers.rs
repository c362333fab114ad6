//! Who answers a driver's asks.

use async_trait::async_trait;
use bailiwick_contract::exchange::{Answer, Ask};
use futures::StreamExt as _;

/// How many asks of one round are under way at a time, unless a host batches them itself.
const AT_ONCE: usize = 8;

/// Answers what a driver asks. Every ask that arrives here was declared in the manifest and granted.
///
/// An answer of another kind than its ask's reaches the driver as
/// [`bailiwick_contract::exchange::Failure::Unavailable`].
#[async_trait]
pub trait Answers: Send + Sync {
    /// The answer to one ask.
    async fn answer(&self, ask: Ask) -> Answer;

    /// The answers to one round's asks, in their order. A host that can fetch many at once overrides it.
    async fn answer_all(&self, asks: Vec<Ask>) -> Vec<Answer> {
        futures::stream::iter(asks).map(|ask| self.answer(ask)).buffered(AT_ONCE).collect().await
    }
}
