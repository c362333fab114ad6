//! A driver as callers see it: who it is and all that it may collect, in the caller's language.

use bailiwick_contract::{
    manifest::{Kind, Severity},
    statement::Statement,
};
use bailiwick_devices::drivers::Installed;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::statement::StatementView;
use crate::{
    devices::HeadlineRole,
    edge::{Locale, Tabular},
};

/// What lists, tiles and cards show of its devices.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverHeadline {
    key: String,
    role: HeadlineRole,
    title: String,
    unit: Option<String>,
}

/// An installed driver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Driver)]
pub struct DriverView {
    /// Its name.
    name: String,
    /// The version that accounts are offered. An account keeps the one that it consented to, where this one asks for more.
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
    /// What it may collect at most, where an account grants all of it.
    statement: StatementView,
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
        "statement.items",
        "statement.asks",
        "statement.never",
        "installed_at",
        "active",
    ];
}

impl DriverView {
    /// In the caller's language.
    #[must_use]
    pub fn new(installed: &Installed, locale: Locale) -> Self {
        let manifest = &installed.manifest;
        let headlines = manifest.slots().map(|slot| DriverHeadline {
            key: slot.headline.key.clone(),
            role: slot.headline.role.into(),
            title: slot.title().locale(locale.0).to_owned(),
            unit: slot.shows.unit().map(|unit| unit.locale(locale.0).to_owned()),
        });
        Self {
            name: manifest.driver.name.clone(),
            version: manifest.driver.version.clone(),
            digest: installed.digest.clone(),
            contract: manifest.driver.contract.clone(),
            title: manifest.driver.title.locale(locale.0).to_owned(),
            icon: manifest.driver.icon.as_ref().map(|icon| icon.path().to_owned()),
            headlines: headlines.collect(),
            statement: StatementView::new(Statement::at_most(manifest), locale),
            installed_at: installed.installed_at,
            active: installed.active,
        }
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
