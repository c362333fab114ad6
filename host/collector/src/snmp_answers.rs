//! Answers a driver's SNMP asks from the one device that is being polled.
//!
//! The driver names objects, never an address; any other ask is unavailable to a collector.

use async_trait::async_trait;
use bailiwick_contract::exchange::{Answer, Ask, Failure};
use bailiwick_runtime::Answers;
use bailiwick_snmp::{PollError, Session};
use tokio::sync::Mutex;

/// The device that is being polled. It is asked one thing at a time, as many agents bear no more.
pub struct SnmpTarget(Mutex<Session>);

impl SnmpTarget {
    /// Of an open session.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self(Mutex::new(session))
    }
}

#[async_trait]
impl Answers for SnmpTarget {
    async fn answer(&self, ask: Ask) -> Answer {
        let mut session = self.0.lock().await;
        let bindings = match ask {
            Ask::SnmpGet(names) => session.get(&names).await,
            Ask::SnmpWalk(prefix) => session.walk(&prefix).await,
            _ => return Answer::Failed(Failure::Unavailable),
        };
        bindings.map_or_else(|error: PollError| Answer::Failed((&error).into()), Answer::Bindings)
    }
}
