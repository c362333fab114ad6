//! A collector as lists show it.

use bailiwick_devices::collectors::Collector;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{edge::Tabular, left_out::LeftOut, named::NamedView};

/// What waits in a collector's spool.
#[derive(Debug, Serialize, ToSchema)]
pub struct Spool {
    /// Reports that were not sent yet.
    pending: i64,
    /// Reports that were set aside.
    dead_letters: i64,
}

/// A collector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Collector)]
pub struct CollectorView {
    id: Uuid,
    /// Whose.
    account: NamedView,
    /// Where.
    site: NamedView,
    name: String,
    version: String,
    /// `online`, `late`, `offline` or `revoked`.
    state: &'static str,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    spool: Spool,
    /// The server's clock less the collector's, ms.
    clock_offset_ms: Option<i64>,
    /// Addresses of its last sweep.
    addresses_scanned: Option<u64>,
    /// Devices that it reports.
    devices_seen: i64,
    /// What was left out of its reports within the last day, beyond a limit.
    left_out: Vec<LeftOut>,
    /// Since when it is not given its site's secrets, because nobody who may write them answers for it; null where it is.
    secrets_withheld_at: Option<Timestamp>,
}

impl Tabular for CollectorView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "account.id",
        "account.name",
        "site.id",
        "site.name",
        "name",
        "version",
        "state",
        "created_at",
        "last_seen_at",
        "spool.pending",
        "spool.dead_letters",
        "clock_offset_ms",
        "addresses_scanned",
        "devices_seen",
        "left_out",
        "secrets_withheld_at",
    ];
}

impl From<Collector> for CollectorView {
    fn from(collector: Collector) -> Self {
        Self {
            id: collector.id.get(),
            account: collector.account.into(),
            site: collector.site.into(),
            name: collector.name,
            version: collector.version,
            state: collector.state.name(),
            created_at: collector.created_at,
            last_seen_at: collector.last_seen_at,
            spool: Spool { pending: collector.pending, dead_letters: collector.dead_letters },
            clock_offset_ms: collector.clock_offset_ms,
            addresses_scanned: collector.last_sweep.map(|sweep| sweep.addresses),
            devices_seen: collector.devices_seen,
            left_out: collector.left_out.into_iter().map(LeftOut::from).collect(),
            secrets_withheld_at: collector.secrets_withheld_at,
        }
    }
}
