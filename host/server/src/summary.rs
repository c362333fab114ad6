//! `/api/v1/accounts/{id}/summary`: an account's subtree in figures.

use axum::Json;
use bailiwick_devices::summary;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::Problem,
    work::{Authorized, permission::View},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get))
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

/// An account's subtree in figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Devices that are not retired.
    devices: i64,
    /// Of them, those heard in time.
    online: i64,
    alerts: AlertCounts,
    collectors: CollectorCounts,
    /// Pages printed within 30 days.
    pages_30d: i64,
    /// Devices with a supply at 10 % or less.
    supplies_low: i64,
}

/// The figures.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/summary", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account.")), responses((status = 200, body = Summary)))]
async fn get(mut work: Authorized<View>) -> Result<Json<Summary>, Problem> {
    let now = work.app.store().now();
    let figures = summary::summary(&mut work.scope, now).await?;
    Ok(Json(Summary {
        devices: figures.devices,
        online: figures.online,
        alerts: AlertCounts {
            critical: figures.alerts.critical,
            warning: figures.alerts.warning,
            info: figures.alerts.info,
        },
        collectors: CollectorCounts {
            online: figures.collectors.online,
            late: figures.collectors.late,
            offline: figures.collectors.offline,
        },
        pages_30d: figures.pages_30d,
        supplies_low: figures.supplies_low,
    }))
}
