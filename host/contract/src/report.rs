//! What a collector sends to the server, and what it hears back.
//!
//! A collector is a hostile device of one account: the server judges every report by the manifest of
//! the driver digest that made it, again, and accepts only facts, tables, readings, conditions and
//! identify, only for addresses in its site's ranges. A report's place is (spool id, sequence): the
//! server keeps the highest sequence of each spool and commits it together with the effects, so a
//! report that is sent twice applies once.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    check::{Checked, Checker},
    exchange::{Effect, Input, Outcome, Target},
    manifest::Manifest,
    policy::{Grant, Permitted, Policy},
    value::Instant,
};

/// What one poll of one target gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Rises by one within a spool, from 1.
    pub sequence: u64,
    /// The driver's name.
    pub driver: String,
    /// SHA-256 of its component, lower-case hexadecimal.
    pub digest: String,
    /// The target's address.
    pub address: IpAddr,
    /// When the poll ended, by the collector's clock.
    pub observed_at: Instant,
    /// The server's clock less the collector's when last heard, ms; absent before the first contact.
    pub clock_offset_ms: Option<i64>,
    /// What the driver wanted done, already narrowed to what is permitted.
    pub effects: Vec<Effect>,
}

/// `POST /collector/v1/reports`: reports of one spool in rising sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Made at random when a spool is created; a new one starts at sequence 1.
    pub spool: Uuid,
    /// The collector's clock.
    pub clock: Instant,
    /// At most [`Batch::MAX`].
    pub reports: Vec<Report>,
}

impl Batch {
    /// The most reports in one batch.
    pub const MAX: usize = 500;
}

/// Why the server set a report aside; it is acknowledged all the same, or it would be sent for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Which.
    pub sequence: u64,
    /// A stable code: `undeclared_attribute`, `address_out_of_range`, `unknown_driver`, …
    pub code: String,
    /// Says more, without the report's values.
    pub detail: String,
}

/// The answer to a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Every report of the spool up to this sequence is committed, or rejected for good.
    pub acknowledged_through: u64,
    /// Those of this batch that were set aside.
    pub rejected: Vec<Rejected>,
    /// The server's clock.
    pub now: Instant,
}

/// `POST /collector/v1/enroll`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollRequest {
    /// The one-time token.
    pub token: String,
    /// The collector's version.
    pub version: String,
}

/// The answer to an [`EnrollRequest`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollReply {
    /// The collector's id.
    pub collector_id: Uuid,
    /// The bearer secret of all further calls, shown once (`bwc_…`).
    pub key: String,
    /// Its account.
    pub account_id: Uuid,
    /// Its site.
    pub site_id: Uuid,
}

/// A driver that a collector runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssignedDriver {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its component, lower-case hexadecimal: `GET /collector/v1/drivers/{digest}`.
    pub digest: String,
    /// What the account granted it.
    pub grant: Grant,
    /// What the customer's policy allows.
    pub policy: Policy,
}

/// `GET /collector/v1/assignment`: what the server wants done.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Seconds between polls.
    pub poll_seconds: u32,
    /// Seconds between sweeps for new devices.
    pub sweep_seconds: u32,
    /// `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address.
    pub ranges: Vec<String>,
    /// SNMP communities to try, in order. A secret: never logged.
    pub communities: Vec<String>,
    /// The drivers to run.
    pub drivers: Vec<AssignedDriver>,
    /// Rises when an operator asks for a scan now.
    pub scan_requested: u64,
    /// Most bytes of one batch.
    pub max_batch_bytes: u32,
    /// The server's clock.
    pub now: Instant,
}

/// `POST /collector/v1/status`: how the collector is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Its clock.
    pub clock: Instant,
    /// Reports that wait in the spool.
    pub pending: u64,
    /// Reports that the server set aside, or that could not be made.
    pub dead_letters: u64,
    /// Figures of the last sweep.
    pub last_sweep: Option<SweepFigures>,
}

/// Figures of one sweep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepFigures {
    /// When it ended.
    pub ended_at: Instant,
    /// How long it took, ms.
    pub took_ms: u64,
    /// Addresses asked.
    pub addresses: u64,
    /// Addresses that answered.
    pub answered: u64,
    /// Devices that a driver polled with success.
    pub polled: u64,
    /// Polls that failed.
    pub failed: u64,
}

/// Whether a report says which device it is of, as far as a collector can tell: by an identity, or by its address where
/// the manifest permits that. The server refuses others.
#[must_use]
pub fn tells_its_device(manifest: &Manifest, checked: &Checked) -> bool {
    manifest.address_suffices() || checked.outcome().effects.iter().any(|effect| matches!(effect, Effect::Identify(_)))
}

/// Judges a report as the server does: by the manifest of the digest that made it and by what is
/// permitted, whatever the collector already did.
///
/// # Errors
/// [`Rejected`] with the violation's stable code and its place; the report is a dead letter.
pub fn check_report(manifest: &Manifest, permitted: &Permitted, report: &Report) -> Result<Checked, Rejected> {
    let rejected = |code: &str, detail: String| Rejected { sequence: report.sequence, code: code.to_owned(), detail };
    if manifest.driver.name != report.driver {
        return Err(rejected("unknown_driver", "the digest is of another driver".to_owned()));
    }
    let input = Input::Poll(Target { address: report.address.to_string(), ..Target::default() });
    let outcome = Outcome { reply: None, effects: report.effects.clone() };
    Checker::new(manifest, permitted)
        .effects(&input, outcome)
        .map_err(|violation| rejected(violation.code.name(), violation.path))
}
