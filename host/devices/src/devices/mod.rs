//! Devices: lists, one device, and what operators change of it.

mod list;
mod service;
pub(crate) mod store;

use bailiwick_store::{AccountId, DeviceId, StoreError};
use bailiwick_text::LineError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CursorError, Named, SiteId, enrollments::Enrollment, facts::FactError, groups::GroupId};

pub use bailiwick_contract::exchange::Ownership;
pub use service::{detail, get, list, restore, retire, update};

/// A device as its list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose.
    pub account: Named<AccountId>,
    /// Where.
    pub site: Option<Named<SiteId>>,
    /// The driver that first reported it.
    pub driver: String,
    /// What operators see: the name they gave it, else the one it has itself, else its model, serial, address.
    pub name: String,
    /// The name that operators gave it.
    pub given_name: Option<String>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Where it was last reached.
    pub address: Option<String>,
    /// What its driver says that it does: an enum value of the attribute `status`.
    pub status: Option<String>,
    /// Whether it was heard when it should have been.
    pub online: bool,
    /// Whose device it is.
    pub ownership: Ownership,
    /// When it was first reported.
    pub first_seen_at: Timestamp,
    /// When it was last reported.
    pub last_seen_at: Timestamp,
    /// When an operator retired it.
    pub retired_at: Option<Timestamp>,
    /// Alerts that are open.
    pub alerts_open: i32,
    /// The latest point of the meter `pages`.
    pub page_count: Option<i64>,
    /// The lowest level of its supplies, percent.
    pub supply_low: Option<i16>,
    /// Its supplies.
    pub supplies: Vec<Supply>,
}

/// A supply, as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supply {
    /// What it is.
    pub name: Option<String>,
    /// Its colour: `black`, `cyan`, `#00ffff`.
    pub color: Option<String>,
    /// How full it is, where that is known.
    pub percent: Option<i16>,
    /// `ok`, `low`, `empty`, `unknown`, `some_left`, `unlimited`, …
    pub state: Option<String>,
}

/// A device with its enrollments.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceDetail {
    /// The device.
    pub device: Device,
    /// Its relations to its account, each with what is known through it.
    pub enrollments: Vec<Known>,
    /// The groups that it is in, by name.
    pub groups: Vec<Named<GroupId>>,
}

/// What is known of a device through one driver.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The enrollment.
    pub enrollment: Enrollment,
    /// Current values; titles and types are in the manifest of the enrollment's digest.
    pub facts: Vec<crate::facts::FactValue>,
    /// The latest point of each meter.
    pub meters: Vec<crate::readings::Latest>,
}

/// Which devices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of name, model, serial or address.
    pub q: Option<String>,
    /// Of this driver.
    pub driver: Option<String>,
    /// Of this site.
    pub site: Option<SiteId>,
    /// In this group.
    pub group: Option<GroupId>,
    /// With this status; `offline` for those not heard in time, `retired` for those that all other lists leave out.
    pub status: Option<String>,
    /// Only those with open alerts.
    pub alerts: AlertFilter,
}

/// Whether open alerts matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AlertFilter {
    /// They do not.
    #[default]
    Any,
    /// Only devices with open alerts.
    Open,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the fields of Device")]
pub enum SortKey {
    #[default]
    Name,
    Model,
    Serial,
    Address,
    Status,
    PageCount,
    SupplyLow,
    AlertsOpen,
    FirstSeenAt,
    LastSeenAt,
}

/// A list's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which way.
    pub order: Order,
}

/// Which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Least first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

impl std::str::FromStr for Sort {
    type Err = UnknownSort;

    /// `name`, `-last_seen_at`, …
    fn from_str(text: &str) -> Result<Self, UnknownSort> {
        let (key, order) = match text.strip_prefix('-') {
            Some(key) => (key, Order::Descending),
            None => (text, Order::Ascending),
        };
        let key = match key {
            "name" => SortKey::Name,
            "model" => SortKey::Model,
            "serial" => SortKey::Serial,
            "address" => SortKey::Address,
            "status" => SortKey::Status,
            "page_count" => SortKey::PageCount,
            "supply_low" => SortKey::SupplyLow,
            "alerts_open" => SortKey::AlertsOpen,
            "first_seen_at" => SortKey::FirstSeenAt,
            "last_seen_at" => SortKey::LastSeenAt,
            _ => return Err(UnknownSort),
        };
        Ok(Self { key, order })
    }
}

/// A text that is no sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "sort is one of name, model, serial, address, status, page_count, supply_low, alerts_open, first_seen_at, \
     last_seen_at, with '-' before it for the reverse"
)]
pub struct UnknownSort;

/// What an operator changes; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// A name of its own; `Some(None)` goes back to the device's.
    pub name: Option<Option<String>>,
    /// The site it belongs to.
    pub site: Option<Option<SiteId>>,
    /// Whose device it is.
    pub ownership: Option<Ownership>,
}

/// What can go wrong with devices.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No such device in this scope.
    #[error("there is no such device")]
    NotFound,
    /// The device is retired: it is restored first.
    #[error("the device is retired")]
    Retired,
    /// The device is not retired.
    #[error("the device is not retired")]
    NotRetired,
    /// There is no room for another.
    #[error(transparent)]
    Quota(#[from] bailiwick_store::QuotaExceeded),
    /// No such site in the device's account.
    #[error("there is no such site")]
    UnknownSite,
    /// The name breaks the rule of names.
    #[error("the name {0}")]
    Name(#[from] LineError),
    /// The cursor is of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Its facts.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
