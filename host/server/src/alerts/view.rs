//! An alert as callers see it: its title is the manifest's, in their language.

use std::collections::HashMap;

use bailiwick_devices::{alerts::Alert, drivers::Catalogue};
use bailiwick_store::{Actor, OperatorId, Scope, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    drivers::severity,
    edge::{Locale, Tabular},
    named::NamedView,
    operators::names::names,
};

/// The device of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertDevice {
    id: Uuid,
    name: String,
    model: Option<String>,
}

/// Who took note.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledger {
    /// `operator` or `token`.
    kind: String,
    /// The operator, also behind a token.
    id: Option<Uuid>,
    /// Its name, where the caller sees who it is.
    name: Option<String>,
    /// When.
    at: Option<Timestamp>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertView {
    id: Uuid,
    device: AlertDevice,
    /// Whose.
    account: NamedView,
    driver: String,
    /// The condition's key in the driver's manifest.
    condition: String,
    /// The row, for a condition that is kept per row.
    row: Option<String>,
    /// What that row is called, where its table says so: `Port 7`.
    row_name: Option<String>,
    title: String,
    /// `critical`, `warning` or `info`.
    severity: &'static str,
    raised_at: Timestamp,
    /// Null while it holds.
    cleared_at: Option<Timestamp>,
    /// How often it came back shortly after it had ceased.
    flaps: i32,
    acknowledged_by: Option<Acknowledger>,
}

impl Tabular for AlertView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "device.id",
        "device.name",
        "device.model",
        "account.id",
        "account.name",
        "driver",
        "condition",
        "row",
        "row_name",
        "title",
        "severity",
        "raised_at",
        "cleared_at",
        "flaps",
        "acknowledged_by.kind",
        "acknowledged_by.id",
        "acknowledged_by.name",
        "acknowledged_by.at",
    ];
}

impl AlertView {
    /// Of alerts, with the names of who took note as far as the scope sees them.
    pub(super) async fn all(
        scope: &mut Scope,
        alerts: Vec<Alert>,
        drivers: &Catalogue,
        locale: Locale,
    ) -> Result<Vec<Self>, StoreError> {
        let names = names(scope, alerts.iter().filter_map(|alert| alert.acknowledged_by.as_deref())).await?;
        Ok(alerts.into_iter().map(|alert| Self::new(alert, &names, drivers, locale)).collect())
    }

    fn new(alert: Alert, names: &HashMap<OperatorId, String>, drivers: &Catalogue, locale: Locale) -> Self {
        // an account may keep a version that is not the active one
        let title = drivers.versions(&alert.driver).iter().find_map(|driver| {
            let kind = driver.manifest.conditions.iter().find(|c| c.key == alert.condition)?;
            Some(kind.title.locale(locale.0).to_owned())
        });
        let at = alert.acknowledged_at;
        let acknowledged_by = alert.acknowledged_by.and_then(|text| text.parse::<Actor>().ok()).map(|actor| {
            let operator = actor.operator();
            let name = operator.and_then(|id| names.get(&id).cloned());
            Acknowledger { kind: actor.kind().to_owned(), id: operator.map(|id| id.get()), name, at }
        });
        Self {
            id: alert.id.get(),
            device: AlertDevice { id: alert.device.id.get(), name: alert.device.name, model: alert.model },
            account: alert.account.into(),
            driver: alert.driver,
            title: title.unwrap_or_else(|| alert.condition.clone()),
            condition: alert.condition,
            row: alert.row,
            row_name: alert.row_name,
            severity: severity(alert.severity),
            raised_at: alert.raised_at,
            cleared_at: alert.cleared_at,
            flaps: alert.flaps,
            acknowledged_by,
        }
    }
}
