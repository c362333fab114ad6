//! What changed, and how the listeners whom it concerns hear of it, of this and of other processes.

use bailiwick_store::{AccountId, Lineage, OperatorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ears::Ears;
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

/// Whose rights may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// Anybody's.
    Everyone,
    /// One operator's.
    Operator(OperatorId),
    /// Those of whoever holds a role on, above or below this account.
    Place(Lineage),
}

impl Concern {
    /// Whether it concerns somebody on or at an account.
    #[must_use]
    pub fn is_at(&self, place: &Lineage) -> bool {
        match self {
            Self::Everyone => true,
            Self::Operator(_) => false,
            Self::Place(changed) => changed.contains(place) || place.contains(changed),
        }
    }
}

/// Carries pokes to every server process.
#[derive(Debug, Clone)]
pub struct Bus {
    shared: Shared,
    ears: Ears,
}

impl Bus {
    /// Over what the processes share; `ears` are those of this one.
    #[must_use]
    pub fn new(shared: Shared, ears: Ears) -> Self {
        Self { shared, ears }
    }

    /// Pokes everyone who listens above or at this account.
    pub fn poke(&self, kind: Kind, account: AccountId, lineage: &Lineage) {
        self.shared.wake(Wake::Changed(Poke { kind, account, lineage: lineage.clone() }));
    }

    /// Those who listen at this process.
    #[must_use]
    pub fn ears(&self) -> &Ears {
        &self.ears
    }
}
