//! Devices and what is known of them.
//!
//! A capability is a folder: its types and errors in `mod.rs`, what callers use in `service.rs`, all of its
//! SQL in `store.rs`. Every function takes a [`bailiwick_store::Scope`], so nothing here can see or touch
//! another account's rows; what does not exist in the scope is `NotFound`.
//!
//! | folder | what it holds |
//! |---|---|
//! | [`sites`] | a customer's places: ranges, schedule, credentials |
//! | [`drivers`] | installed drivers, what accounts grant them, the customer's policy |
//! | [`collectors`] | on-site engines: one-time tokens, keys, state, assignment |
//! | [`ingest`] | reports in: identified, judged, applied once |
//! | [`devices`], [`enrollments`] | the things and their relation to an account |
//! | [`groups`] | devices of an account that belong together |
//! | [`facts`], [`readings`], [`alerts`] | what is known of them now, over time, and what is wrong |
//! | [`exports`] | all that is kept of an account, as a file |
//! | [`usage`] | how many devices there were, for billing |
//! | [`summary`] | an account's subtree in figures |
//! | [`jobs`] | work that is done at least once, and survives its process |

#![forbid(unsafe_code)]

pub mod alerts;
pub mod collectors;
pub mod devices;
pub mod drivers;
pub mod enrollments;
pub mod exports;
pub mod facts;
pub mod groups;
mod headline;
pub mod ingest;
pub mod jobs;
mod journal;
pub use bailiwick_store::page;
pub mod readings;
pub use bailiwick_store::seal;
pub mod sites;
pub mod summary;
pub mod usage;

pub use page::{Cursor, CursorError, Page, PageRequest};

use bailiwick_store::uuid_id;

uuid_id! {
    /// A customer's place.
    SiteId
}
uuid_id! {
    /// An alert.
    AlertId
}
uuid_id! {
    /// A one-time right to become a collector.
    CollectorTokenId
}

/// An id with the name that operators know it by.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Named<I> {
    /// The id.
    pub id: I,
    /// The name.
    pub name: String,
}
