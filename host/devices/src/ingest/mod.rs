//! Reports in: identified, judged again, and applied once.
//!
//! A batch is one short transaction. The spool's high-water mark and all effects commit together, so a batch
//! that is sent twice applies once and an acknowledged one is never lost. A report that cannot be applied is set
//! aside with a code, and acknowledged: it would be sent for ever. Where the database itself does not take what a
//! batch says, its reports are applied one by one, so that only the one that it does not take is set aside.
//!
//! One collector's batches are applied one after another, whichever process they come to, so a collector never
//! conflicts with itself.
//!
//! [`service::apply`](apply) reads a snapshot ([`world`]), decides on it without I/O ([`plan`]), and writes
//! what changed. An enrollment is written only in the version that was read; where another was faster, all of
//! it runs again.

mod budget;
mod clock;
mod edges;
mod fingerprints;
mod identity;
mod judge;
mod levels;
mod meters;
mod plan;
mod service;
mod store;
mod values;
mod world;
mod write;

use std::collections::BTreeMap;

use bailiwick_contract::report::Acknowledgement;
use bailiwick_store::StoreError;

use crate::{drivers::DriverError, sites::SiteError};

pub use budget::Cut;
pub use service::{Incoming, apply};

pub(crate) use meters::Meters;

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What the collector is told.
    pub acknowledgement: Acknowledgement,
    /// Reports that were applied.
    pub applied: u32,
    /// Reports that had been applied before.
    pub repeated: u32,
    /// Reports of devices that an operator retired: acknowledged, and nothing is kept of them.
    pub ignored: u32,
    /// Values that were declared but not permitted, by attribute: what the host refused to keep.
    pub dropped: u64,
    /// Devices that were reported or changed; empty where there was nothing new.
    pub devices: u32,
    /// Alerts that were raised or cleared.
    pub alerts: u32,
    /// What was left out beyond a limit.
    pub cut: BTreeMap<Cut, i64>,
    /// How often it was done again, since another changed the same devices meanwhile.
    pub redone: u32,
}

impl Applied {
    /// What came of the reports that follow.
    pub(crate) fn add(&mut self, next: Self) {
        self.acknowledgement.acknowledged_through = next.acknowledgement.acknowledged_through;
        self.acknowledgement.rejected.extend(next.acknowledgement.rejected);
        self.acknowledgement.now = next.acknowledgement.now;
        self.applied = self.applied.saturating_add(next.applied);
        self.repeated = self.repeated.saturating_add(next.repeated);
        self.ignored = self.ignored.saturating_add(next.ignored);
        self.dropped = self.dropped.saturating_add(next.dropped);
        self.devices = self.devices.saturating_add(next.devices);
        self.alerts = self.alerts.saturating_add(next.alerts);
        for (what, how_many) in next.cut {
            *self.cut.entry(what).or_default() += how_many;
        }
        self.redone = self.redone.saturating_add(next.redone);
    }
}

/// Why a whole batch is refused; nothing of it was applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// More reports than [`bailiwick_contract::report::Batch::MAX`].
    #[error("a batch has at most {} reports", bailiwick_contract::report::Batch::MAX)]
    TooLarge,
    /// Sequences start at 1 and rise within a batch.
    #[error("sequences start at 1 and rise within a batch")]
    Sequence,
    /// The collector made more spools than one ever needs.
    #[error("the collector has too many spools")]
    TooManySpools,
    /// Others kept changing the same devices; the same batch may be sent again later.
    #[error("other reports keep changing the same devices")]
    Busy,
    /// Another batch of the same collector is being applied (by another process); the same batch may be sent again.
    #[error("another batch of the same collector is being applied")]
    OneAtATime,
    /// The collector or its site is gone.
    #[error("the collector's site is gone")]
    Site(#[from] SiteError),
    /// Grants or policy.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
