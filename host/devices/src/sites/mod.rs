//! Sites: a customer's places, and what a collector there may sweep and report.
//!
//! A report counts only for an address within its site's ranges, so the ranges are parsed when they are set.
//! SNMP communities are secrets: sealed at rest, given to the site's collectors alone, never shown again.

mod service;
mod store;

use std::net::IpAddr;

use bailiwick_contract::ranges::Range;
use bailiwick_store::{AccountId, StoreError};
use jiff::Timestamp;

use crate::{SiteId, seal::SealError};

pub use service::{communities, create, delete, get, list, update};

/// A site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Whose.
    pub account: AccountId,
    /// What operators call it.
    pub name: String,
    /// The postal address, for people.
    pub address: Option<String>,
    /// The addresses that a collector there may sweep and report.
    pub ranges: Vec<Range>,
    /// Seconds between polls.
    pub poll_seconds: u32,
    /// Seconds between sweeps for new devices.
    pub sweep_seconds: u32,
    /// Whether communities of its own are set.
    pub communities_set: bool,
    /// Since when.
    pub created_at: Timestamp,
}

impl Site {
    /// Whether a collector of this site may report this address.
    #[must_use]
    pub fn covers(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }
}

/// A site to be.
#[derive(Clone)]
pub struct NewSite {
    /// 1 to 200 characters.
    pub name: String,
    /// At most 500 characters.
    pub address: Option<String>,
    /// `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address, each; at most 256.
    pub ranges: Vec<String>,
    /// 10 to 86,400.
    pub poll_seconds: u32,
    /// 30 to 604,800.
    pub sweep_seconds: u32,
    /// SNMP communities to try, in order; at most 8 of 1 to 64 characters.
    pub communities: Vec<String>,
}

impl NewSite {
    /// Seconds between polls where nothing else is said.
    pub const POLL_SECONDS: u32 = 300;
    /// Seconds between sweeps where nothing else is said.
    pub const SWEEP_SECONDS: u32 = 3_600;
}

/// What is to change; `None` leaves it.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of NewSite")]
pub struct SiteChange {
    pub name: Option<String>,
    pub address: Option<Option<String>>,
    pub ranges: Option<Vec<String>>,
    pub poll_seconds: Option<u32>,
    pub sweep_seconds: Option<u32>,
    pub communities: Option<Vec<String>>,
}

/// What can go wrong with sites.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// No such site in this scope.
    #[error("there is no such site")]
    NotFound,
    /// A field is not as it must be.
    #[error("{field}: {why}")]
    Invalid {
        /// The field's name: `name`, `ranges[2]`, …
        field: String,
        /// What is wrong.
        why: String,
    },
    /// Collectors or devices still belong to it.
    #[error("the site still has collectors or devices")]
    InUse,
    /// The sealing key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
