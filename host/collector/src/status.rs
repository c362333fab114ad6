//! How the collector is: kept in memory while it runs, written to `status.json`, sent to the server.
//!
//! Holds figures and codes only: no value that a device gave, no secret, no address of a device.

use std::sync::{Arc, Mutex, PoisonError};

use bailiwick_contract::{report::SweepFigures, value::Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    spool::SpoolFigures,
    state::{DataDir, StateError},
};

/// A driver that the collector runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningDriver {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its component.
    pub digest: String,
}

/// A range of the assignment that is not scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRange {
    /// As the server gave it.
    pub range: String,
    /// Why it is not.
    pub why: String,
}

/// Something that keeps going wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was being done: `assignment`, `delivery`, `driver`, `sweep`, `spool`.
    pub doing: String,
    /// Why it failed.
    pub why: String,
    /// Since when.
    pub since: Instant,
}

/// What `bailiwick-collector status` shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CollectorStatus {
    /// The collector's version.
    pub version: String,
    /// The server.
    pub server: String,
    /// Its id there.
    pub collector_id: Uuid,
    /// When this process started.
    pub started_at: Instant,
    /// When the server last answered.
    pub last_contact: Option<Instant>,
    /// The server's clock less ours, ms.
    pub clock_offset_ms: Option<i64>,
    /// How full the spool is.
    pub spool: SpoolFigures,
    /// Figures of the last sweep.
    pub last_sweep: Option<SweepFigures>,
    /// Devices that are polled.
    pub targets: u64,
    /// The drivers that run.
    pub drivers: Vec<RunningDriver>,
    /// Ranges that are not scanned.
    pub refused_ranges: Vec<RefusedRange>,
    /// What goes wrong now.
    pub troubles: Vec<Trouble>,
}

/// The status of a running collector, shared by its tasks.
#[derive(Debug, Clone, Default)]
pub struct StatusBoard(Arc<Mutex<CollectorStatus>>);

impl StatusBoard {
    /// The file that it is written to.
    pub const FILE: &'static str = "status.json";

    /// Starts with what is known.
    #[must_use]
    pub fn new(status: CollectorStatus) -> Self {
        Self(Arc::new(Mutex::new(status)))
    }

    /// Changes it.
    pub fn update<T>(&self, change: impl FnOnce(&mut CollectorStatus) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy of it.
    #[must_use]
    pub fn read(&self) -> CollectorStatus {
        self.update(|status| status.clone())
    }

    /// Notes that something went wrong; logged when it is new.
    pub fn trouble(&self, doing: &str, why: &dyn std::error::Error) {
        let mut text = why.to_string();
        let mut source = why.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        let fresh = self.update(|status| {
            let since = match status.troubles.iter().find(|t| t.doing == doing) {
                Some(known) if known.why == text => return false,
                Some(known) => known.since,
                None => now(),
            };
            status.troubles.retain(|t| t.doing != doing);
            status.troubles.push(Trouble { doing: doing.to_owned(), why: text.clone(), since });
            true
        });
        if fresh {
            tracing::warn!(doing, why = text, "trouble");
        }
    }

    /// Notes that it goes well again.
    pub fn well(&self, doing: &str) {
        let was = self.update(|status| {
            let before = status.troubles.len();
            status.troubles.retain(|t| t.doing != doing);
            before != status.troubles.len()
        });
        if was {
            tracing::info!(doing, "well again");
        }
    }

    /// Notes an answer of the server and reads its clock.
    pub fn contact(&self, server_now: Option<Instant>) {
        let ours = now();
        self.update(|status| {
            status.last_contact = Some(ours);
            if let Some(theirs) = server_now {
                status.clock_offset_ms = Some(signed_difference(theirs, ours));
            }
        });
    }

    /// # Errors
    /// [`StateError::Io`].
    pub fn write(&self, folder: &DataDir) -> Result<(), StateError> {
        folder.write_json(Self::FILE, &self.read())
    }
}

/// Now, by this machine's clock.
#[must_use]
pub fn now() -> Instant {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

fn signed_difference(a: Instant, b: Instant) -> i64 {
    let difference = i128::from(a) - i128::from(b);
    i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_keeps_its_beginning_until_it_is_over() {
        let board = StatusBoard::default();
        board.trouble("delivery", &std::io::Error::other("first"));
        let since = board.read().troubles[0].since;
        board.trouble("delivery", &std::io::Error::other("second"));
        let troubles = board.read().troubles;
        assert_eq!((troubles.len(), troubles[0].since, troubles[0].why.as_str()), (1, since, "second"));
        board.well("delivery");
        assert_eq!(board.read().troubles, []);
    }
}
