//! What changed, and how listeners of this and other processes hear of it.
use bailiwick_store::{AccountId, Lineage};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::shared::{Shared, Wake};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poke {
    /// What.
    pub kind: Kind,
    /// Whose.
    pub account: AccountId,
    /// Where it stands in the tree; decides who hears of it.
    pub lineage: Lineage,
}

/// Carries pokes to every server process.
#[derive(Debug, Clone)]
pub struct Bus(Shared);

impl Bus {
    /// Over what the processes share.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(shared)
    }

    /// Pokes everyone who listens above or at this account.
    pub fn poke(&self, kind: Kind, account: AccountId, lineage: &Lineage) {
        self.0.wake(Wake::Changed(Poke { kind, account, lineage: lineage.clone() }));
    }

    /// Listens to everything; the listener filters by what its caller sees.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Wake> {
        self.0.listen()
    }
}
