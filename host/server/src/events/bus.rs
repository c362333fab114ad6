//! Carries pokes within this process.
use bailiwick_store::{AccountId, Lineage};
use serde::Serialize;
use tokio::sync::broadcast;
use utoipa::ToSchema;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EventKind)]
pub enum Kind {
    /// Devices or their facts and readings.
    Devices,
    /// Alerts.
    Alerts,
    /// Collectors.
    Collectors,
}

/// Something changed in an account.
#[derive(Debug, Clone)]
pub struct Poke {
    /// What.
    pub kind: Kind,
    /// Whose.
    pub account: AccountId,
    /// Where it stands in the tree; decides who hears of it.
    pub lineage: Lineage,
}

/// Carries pokes within this process.
#[derive(Debug, Clone)]
pub struct Bus(broadcast::Sender<Poke>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(1024))
    }
}

impl Bus {
    /// Pokes everyone who listens above or at this account.
    pub fn poke(&self, kind: Kind, account: AccountId, lineage: &Lineage) {
        // Nobody listening is no error.
        let _ = self.0.send(Poke { kind, account, lineage: lineage.clone() });
    }

    /// Listens to everything; the listener filters by its account's subtree.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Poke> {
        self.0.subscribe()
    }
}
