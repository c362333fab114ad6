//! `/api/v1/accounts/{id}/summary`: an account's subtree in found.

use axum::Json;
use bailiwick_devices::summary;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::Problem,
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
    /// Pages printed within 30 days.
    pages_30d: i64,
    /// Devices with a supply at 10 % or less.
    supplies_low: i64,
}

/// An account's subtree in found.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/summary", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account.")), responses((status = 200, body = Summary)))]
async fn figures(mut work: Authorized<ViewDevices>) -> Result<Json<Summary>, Problem> {
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
        pages_30d: found.pages_30d,
        supplies_low: found.supplies_low,
    }))
}
