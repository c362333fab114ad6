//! Devices: lists, one device, and what operators change of it.

mod list;
mod service;
pub(crate) mod store;

use std::collections::BTreeMap;

use bailiwick_contract::manifest::{Manifest, Role};
use bailiwick_store::{AccountId, DeviceId, StoreError};
use bailiwick_text::LineError;
use jiff::Timestamp;

use crate::{CursorError, Named, SiteId, enrollments::Enrollment, facts::FactError, groups::GroupId};

pub use crate::headline::{HeadlineRow, HeadlineValue};
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
    /// What its driver says that it does: the value of its headline of the role `state`.
    pub state: Option<String>,
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
    /// What its driver's headlines show.
    pub headlines: Headlines,
}

/// What a driver's headlines show of a device.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headlines {
    /// The component whose manifest says what they are; absent where none reported yet.
    pub by: Option<String>,
    /// Each by its key; what is stored and is none is left out.
    pub values: BTreeMap<String, HeadlineValue>,
    /// Levels in thousandths, counts and texts by their slot; what lists are sorted by.
    pub(crate) slots: Slots,
}

/// The sortable slots of a device's row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Slots {
    pub(crate) levels: [Option<i64>; 2],
    pub(crate) counts: [Option<i64>; 2],
    pub(crate) texts: [Option<String>; 2],
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
    /// With this status.
    pub status: Option<Status>,
    /// With this value of the headline of the role `state`.
    pub state: Option<String>,
    /// Only those of which a level is low.
    pub level: LevelFilter,
    /// Only those with open alerts.
    pub alerts: AlertFilter,
}

/// Whether a device is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In time.
    Online,
    /// Not in time.
    Offline,
    /// An operator retired it; all other lists leave it out.
    Retired,
}

/// Whether levels matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelFilter {
    /// They do not.
    #[default]
    Any,
    /// Only devices of which a level is low.
    Low,
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
    State,
    /// By the slot of a headline.
    Slot(Slot),
    AlertsOpen,
    FirstSeenAt,
    LastSeenAt,
}

/// A sortable slot of a device's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "a role and its place among those of that role")]
pub enum Slot {
    Level1,
    Level2,
    Count1,
    Count2,
    Text1,
    Text2,
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

impl Sort {
    /// Reads `name`, `-last_seen_at`, `headline.<key>`: a headline is one of the list's driver.
    ///
    /// # Errors
    /// [`UnknownSort`].
    pub fn parse(text: &str, driver: Option<&Manifest>) -> Result<Self, UnknownSort> {
        let (key, order) = match text.strip_prefix('-') {
            Some(key) => (key, Order::Descending),
            None => (text, Order::Ascending),
        };
        let key = match key {
            "name" => SortKey::Name,
            "model" => SortKey::Model,
            "serial" => SortKey::Serial,
            "address" => SortKey::Address,
            "state" => SortKey::State,
            "alerts_open" => SortKey::AlertsOpen,
            "first_seen_at" => SortKey::FirstSeenAt,
            "last_seen_at" => SortKey::LastSeenAt,
            other => {
                let headline = other.strip_prefix("headline.").ok_or(UnknownSort)?;
                driver.and_then(|manifest| slot(manifest, headline)).ok_or(UnknownSort)?
            }
        };
        Ok(Self { key, order })
    }
}

fn slot(manifest: &Manifest, headline: &str) -> Option<SortKey> {
    let slot = manifest.slots().find(|slot| slot.headline.key == headline)?;
    Some(match (slot.headline.role, slot.place) {
        (Role::Name, _) => SortKey::Name,
        (Role::Model, _) => SortKey::Model,
        (Role::Serial, _) => SortKey::Serial,
        (Role::State, _) => SortKey::State,
        (Role::Level, 0) => SortKey::Slot(Slot::Level1),
        (Role::Level, 1) => SortKey::Slot(Slot::Level2),
        (Role::Count, 0) => SortKey::Slot(Slot::Count1),
        (Role::Count, 1) => SortKey::Slot(Slot::Count2),
        (Role::Text, 0) => SortKey::Slot(Slot::Text1),
        (Role::Text, 1) => SortKey::Slot(Slot::Text2),
        _ => return None,
    })
}

/// A text that is no sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "sort is one of name, model, serial, address, state, alerts_open, first_seen_at, last_seen_at, or headline.<key> of \
     the driver that the list is filtered by, with '-' before it for the reverse"
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
