//! What a sweep counts, readable while it runs.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::reply::Ignored;

/// Packets of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests sent, of all passes.
    pub sent: u64,
    /// Requests that the system refused to send: no route, host known to be down.
    pub unsendable: u64,
    /// Addresses that answered.
    pub replies: u64,
    /// Valid replies of addresses that had answered before.
    pub repeated: u64,
    /// Ignored: from an address or port that was not asked.
    pub unknown_source: u64,
    /// Ignored: not this address's request id.
    pub wrong_id: u64,
    /// Ignored: another community or version.
    pub wrong_community: u64,
    /// Ignored: no response in BER.
    pub malformed: u64,
    /// Ignored: longer than any answer to this request can be.
    pub oversized: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: AtomicU64,
    unsendable: AtomicU64,
    replies: AtomicU64,
    repeated: AtomicU64,
    unknown_source: AtomicU64,
    wrong_id: AtomicU64,
    wrong_community: AtomicU64,
    malformed: AtomicU64,
    oversized: AtomicU64,
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Tally {
    pub(super) fn sent(&self) {
        add(&self.sent);
    }

    pub(super) fn unsendable(&self) {
        add(&self.unsendable);
    }

    pub(super) fn reply(&self) {
        add(&self.replies);
    }

    pub(super) fn repeated(&self) {
        add(&self.repeated);
    }

    pub(super) fn ignored(&self, why: Ignored) {
        add(match why {
            Ignored::UnknownSource => &self.unknown_source,
            Ignored::WrongId => &self.wrong_id,
            Ignored::WrongCommunity => &self.wrong_community,
            Ignored::Malformed => &self.malformed,
            Ignored::Oversized => &self.oversized,
        });
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            sent: read(&self.sent),
            unsendable: read(&self.unsendable),
            replies: read(&self.replies),
            repeated: read(&self.repeated),
            unknown_source: read(&self.unknown_source),
            wrong_id: read(&self.wrong_id),
            wrong_community: read(&self.wrong_community),
            malformed: read(&self.malformed),
            oversized: read(&self.oversized),
        }
    }
}
