//! `/api/v1/accounts/{id}/summary`: an account's subtree in figures.

use axum::Json;
use bailiwick_contract::manifest::{Meter, Role};
use bailiwick_devices::summary;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::{Locale, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(figures))
}

/// Open alerts by severity.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertCounts {
    critical: i64,
    warning: i64,
    info: i64,
}

/// Collectors by state.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectorCounts {
    online: i64,
    late: i64,
    offline: i64,
}

/// Figures of an account's subtree.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Devices that are not retired.
    devices: i64,
    /// Of them, those heard in time.
    online: i64,
    alerts: AlertCounts,
    collectors: CollectorCounts,
    /// By driver; as they are named in the caller's language.
    drivers: Vec<DriverFigures>,
}

/// The devices of one driver.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverFigures {
    driver: String,
    /// What operators call it.
    title: String,
    devices: i64,
    online: i64,
    /// Of which a level is low; null where the driver knows no such level.
    low: Option<LowFigure>,
    /// What its billed counters rose by within 30 days.
    rose: Vec<RoseFigure>,
}

/// Devices of which a level is low.
#[derive(Debug, Serialize, ToSchema)]
pub struct LowFigure {
    /// The headline.
    headline: String,
    title: String,
    devices: i64,
}

/// What a billed counter rose by.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoseFigure {
    meter: String,
    title: String,
    unit: String,
    amount: f64,
}

/// An account's subtree in figures.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/summary", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account.")), responses((status = 200, body = Summary)))]
async fn figures(mut work: Authorized<ViewDevices>, locale: Locale) -> Result<Json<Summary>, Problem> {
    let now = work.app.store().now();
    let found = summary::summary(&mut work.scope, now).await?;
    Ok(Json(Summary {
        devices: found.devices,
        online: found.online,
        alerts: AlertCounts { critical: found.alerts.critical, warning: found.alerts.warning, info: found.alerts.info },
        collectors: CollectorCounts {
            online: found.collectors.online,
            late: found.collectors.late,
            offline: found.collectors.offline,
        },
        drivers: found.drivers.into_iter().filter_map(|figures| of_driver(figures, &work.app, locale)).collect(),
    }))
}

/// A driver that is installed no more says nothing of what it counted.
fn of_driver(found: summary::DriverFigures, app: &App, locale: Locale) -> Option<DriverFigures> {
    let driver = app.drivers().active(&found.driver)?;
    let manifest = &driver.manifest;
    let low = manifest.slots().find(|slot| slot.headline.role == Role::Level && slot.shows.low().is_some());
    let rose = |meter: &Meter| {
        Some(RoseFigure {
            amount: *found.rose.get(&meter.key)?,
            meter: meter.key.clone(),
            title: meter.title.locale(locale.0).to_owned(),
            unit: meter.unit.locale(locale.0).to_owned(),
        })
    };
    Some(DriverFigures {
        title: manifest.driver.title.locale(locale.0).to_owned(),
        devices: found.devices,
        online: found.online,
        low: low.map(|slot| LowFigure {
            headline: slot.headline.key.clone(),
            title: slot.title().locale(locale.0).to_owned(),
            devices: found.low,
        }),
        rose: manifest.meters.iter().filter_map(rose).collect(),
        driver: found.driver,
    })
}
