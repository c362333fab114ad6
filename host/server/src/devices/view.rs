//! A device as lists show it.

use bailiwick_devices::devices::{Device, Ownership, Supply};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{edge::Tabular, named::NamedView};

/// A supply, as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Supply)]
pub struct SupplyView {
    /// What it is.
    name: Option<String>,
    /// `black`, `cyan`, `#00ffff`, …
    color: Option<String>,
    /// How full it is; null where the device does not say.
    percent: Option<i16>,
    /// `ok`, `low`, `empty`, `unknown`, `some_left`, `unlimited`, …
    state: Option<String>,
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
    /// What its driver says that it does; `online` where it says nothing; `offline` when it was not heard in time,
    /// `retired` when an operator retired it.
    status: String,
    /// `company` or `personal`.
    ownership: &'static str,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    /// Open alerts.
    alerts_open: i32,
    /// The page counter.
    page_count: Option<i64>,
    /// The lowest level of its supplies, percent.
    supply_low: Option<i16>,
    /// Its supplies.
    supplies_summary: Vec<SupplyView>,
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
        "page_count",
        "supply_low",
        "supplies_summary",
    ];

    /// `Black toner 45 %`, with the state where it says more.
    fn element(_: &str, supply: &Value) -> Option<String> {
        let text = |key: &str| supply.get(key).and_then(Value::as_str);
        let name = text("name").or_else(|| text("color")).unwrap_or("?");
        let percent = supply.get("percent").and_then(Value::as_i64).map(|percent| format!(" {percent} %"));
        let state = text("state").filter(|state| *state != "ok").map(|state| format!(" ({state})"));
        Some(format!("{name}{}{}", percent.unwrap_or_default(), state.unwrap_or_default()))
    }
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        let status = match (device.online, device.status) {
            _ if device.retired_at.is_some() => "retired".to_owned(),
            (false, _) => "offline".to_owned(),
            (true, Some(status)) => status,
            (true, None) => "online".to_owned(),
        };
        Self {
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
            page_count: device.page_count,
            supply_low: device.supply_low,
            supplies_summary: device.supplies.into_iter().map(SupplyView::from).collect(),
        }
    }
}

impl From<Supply> for SupplyView {
    fn from(Supply { name, color, percent, state }: Supply) -> Self {
        Self { name, color, percent, state }
    }
}

fn ownership(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Company => "company",
        Ownership::Personal => "personal",
    }
}
