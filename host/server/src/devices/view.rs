//! A device as lists show it.

use bailiwick_devices::{
    devices::{self, Device, Ownership},
    drivers::Catalogue,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::headline::{self, HeadlineView};
use crate::{
    edge::{Locale, Tabular},
    named::NamedView,
};

/// Whether a device is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    /// It was heard when it should have been.
    Online,
    /// It was not.
    Offline,
    /// An operator retired it.
    Retired,
}

impl From<DeviceStatus> for devices::Status {
    fn from(status: DeviceStatus) -> Self {
        match status {
            DeviceStatus::Online => Self::Online,
            DeviceStatus::Offline => Self::Offline,
            DeviceStatus::Retired => Self::Retired,
        }
    }
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceView {
    id: Uuid,
    /// Whose.
    account: NamedView,
    /// Where.
    site: Option<NamedView>,
    /// The driver that first reported it.
    driver: String,
    /// The name that operators gave it, else its own, else its model, serial or address.
    name: String,
    manufacturer: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    /// Where it was last reached.
    address: Option<String>,
    status: DeviceStatus,
    /// `company` or `personal`.
    ownership: &'static str,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    /// Open alerts.
    alerts_open: i32,
    /// What its driver's manifest puts first, in that order.
    headlines: Vec<HeadlineView>,
}

impl Tabular for DeviceView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "account.id",
        "account.name",
        "site.id",
        "site.name",
        "driver",
        "name",
        "manufacturer",
        "model",
        "serial",
        "address",
        "status",
        "ownership",
        "first_seen_at",
        "last_seen_at",
        "alerts_open",
    ];

    /// `Port 7 45`, with the word for how it is where it has one.
    fn element(_: &str, row: &Value) -> Option<String> {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let level = row.get("level").filter(|level| !level.is_null()).map(|level| format!(" {level}"));
        let label = text("label").map(|label| format!(" ({label})"));
        Some(format!("{}{}{}", text("name").unwrap_or("?"), level.unwrap_or_default(), label.unwrap_or_default()))
    }
}

impl DeviceView {
    /// In the caller's language.
    pub(super) fn new(device: Device, drivers: &Catalogue, locale: Locale) -> Self {
        let status = match (device.retired_at, device.online) {
            (Some(_), _) => DeviceStatus::Retired,
            (None, true) => DeviceStatus::Online,
            (None, false) => DeviceStatus::Offline,
        };
        Self {
            headlines: headline::views(&device.headlines, drivers, locale),
            id: device.id.get(),
            account: device.account.into(),
            site: device.site.map(NamedView::from),
            driver: device.driver,
            name: device.name,
            manufacturer: device.manufacturer,
            model: device.model,
            serial: device.serial,
            address: device.address,
            status,
            ownership: ownership(device.ownership),
            first_seen_at: device.first_seen_at,
            last_seen_at: device.last_seen_at,
            alerts_open: device.alerts_open,
        }
    }
}

fn ownership(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Company => "company",
        Ownership::Personal => "personal",
    }
}
