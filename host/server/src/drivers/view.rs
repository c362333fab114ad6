//! A driver as callers see it: who it is and all that it may collect, in the caller's language.

use bailiwick_contract::manifest::{Attribute, Kind, RowKey, Severity};
use bailiwick_devices::drivers::Installed;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    devices::HeadlineRole,
    edge::{Locale, Tabular},
};

/// An attribute or a table's column.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverAttribute {
    /// `attribute`, `table.column`, or `table.row_key` for keys of rows that are free text.
    key: String,
    /// `flag`, `integer`, `real`, `enum`, `version`, `time`, `pattern` or `text`.
    r#type: &'static str,
    /// Its unit, where it has one.
    unit: Option<String>,
    /// What it says about a person.
    category: &'static str,
    /// What operators read.
    title: String,
}

/// A number kept as a time series.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverMeter {
    key: String,
    unit: String,
    category: &'static str,
    title: String,
}

/// A level that raises an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverCondition {
    key: String,
    /// `critical`, `warning` or `info`.
    severity: &'static str,
    category: &'static str,
    title: String,
}

/// What lists, tiles and cards show of its devices.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverHeadline {
    key: String,
    role: HeadlineRole,
    title: String,
    unit: Option<String>,
}

/// What a driver asks of the world; the host refuses anything else.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverAsks {
    /// OID prefixes.
    snmp: Vec<String>,
    /// Hosts.
    http: Vec<String>,
}

/// An installed driver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Driver)]
pub struct DriverView {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// SHA-256 of its component.
    digest: String,
    /// The contract that it was built against.
    contract: String,
    /// What operators call it.
    title: String,
    /// What stands for its devices: the data of an SVG path on a grid of 16 by 16, drawn as a line.
    icon: Option<String>,
    /// What lists, tiles and cards show of its devices, in this order.
    headlines: Vec<DriverHeadline>,
    /// What it may collect.
    attributes: Vec<DriverAttribute>,
    /// Numbers that it may record.
    meters: Vec<DriverMeter>,
    /// What it may raise.
    conditions: Vec<DriverCondition>,
    /// What it asks of the world.
    asks: DriverAsks,
    /// When.
    installed_at: Timestamp,
    /// Whether it is the version in use.
    active: bool,
}

impl Tabular for DriverView {
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "version",
        "digest",
        "contract",
        "title",
        "icon",
        "headlines",
        "attributes",
        "meters",
        "conditions",
        "asks.snmp",
        "asks.http",
        "installed_at",
        "active",
    ];
}

impl DriverView {
    /// In the caller's language.
    #[must_use]
    pub fn new(installed: &Installed, locale: Locale) -> Self {
        let manifest = &installed.manifest;
        let scalars = manifest.attributes.iter().map(|a| attribute(a.key.clone(), a, locale));
        let columns = manifest
            .tables
            .iter()
            .flat_map(|t| t.columns.iter().map(move |c| attribute(format!("{}.{}", t.key, c.key), c, locale)));
        let keys = manifest.tables.iter().filter(|t| t.row_key.text).map(|t| DriverAttribute {
            key: format!("{}.{}", t.key, RowKey::NAME),
            r#type: "text",
            unit: None,
            category: t.row_key.category.name(),
            title: t.title.locale(locale.0).to_owned(),
        });
        let meters = manifest.meters.iter().map(|m| DriverMeter {
            key: m.key.clone(),
            unit: m.unit.locale(locale.0).to_owned(),
            category: m.category.name(),
            title: m.title.locale(locale.0).to_owned(),
        });
        let headlines = manifest.slots().map(|slot| DriverHeadline {
            key: slot.headline.key.clone(),
            role: slot.headline.role.into(),
            title: slot.title().locale(locale.0).to_owned(),
            unit: slot.shows.unit().map(|unit| unit.locale(locale.0).to_owned()),
        });
        let conditions = manifest.conditions.iter().map(|c| DriverCondition {
            key: c.key.clone(),
            severity: severity(c.severity),
            category: c.category.name(),
            title: c.title.locale(locale.0).to_owned(),
        });
        Self {
            name: manifest.driver.name.clone(),
            version: manifest.driver.version.clone(),
            digest: installed.digest.clone(),
            contract: manifest.driver.contract.clone(),
            title: manifest.driver.title.locale(locale.0).to_owned(),
            icon: manifest.driver.icon.as_ref().map(|icon| icon.path().to_owned()),
            headlines: headlines.collect(),
            attributes: scalars.chain(columns).chain(keys).collect(),
            meters: meters.collect(),
            conditions: conditions.collect(),
            asks: DriverAsks {
                snmp: manifest.asks.snmp.iter().map(ToString::to_string).collect(),
                http: manifest.asks.http.clone(),
            },
            installed_at: installed.installed_at,
            active: installed.active,
        }
    }
}

fn attribute(key: String, attribute: &Attribute, locale: Locale) -> DriverAttribute {
    DriverAttribute {
        key,
        r#type: type_name(&attribute.kind),
        unit: attribute.unit.as_ref().map(|unit| unit.locale(locale.0).to_owned()),
        category: attribute.category.name(),
        title: attribute.title.locale(locale.0).to_owned(),
    }
}

/// The name of an attribute's type, as manifests write it.
#[must_use]
pub fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Flag => "flag",
        Kind::Integer { .. } => "integer",
        Kind::Real { .. } => "real",
        Kind::Enum { .. } => "enum",
        Kind::Version => "version",
        Kind::Time => "time",
        Kind::Pattern { .. } => "pattern",
        Kind::Text { .. } => "text",
    }
}

/// A severity's name in JSON.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}
