//! `GET /accounts/{id}/devices/{did}/readings`: the points of one meter, thinned to the last of each step.

use axum::Json;
use bailiwick_devices::readings::{self, Series, SeriesRequest};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::DeviceAt;
use crate::{
    edge::{Locale, Path, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// Which points.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// Whose meter; the driver that made the device known where absent.
    driver: Option<String>,
    /// The meter's key.
    meter: String,
    /// The row, for a meter that is kept per row.
    row: Option<String>,
    /// From here on; 30 days before `to` where absent.
    from: Option<Timestamp>,
    /// Up to, not included; up to the newest where absent.
    to: Option<Timestamp>,
    /// Seconds of a bucket, of which the last point is given; where absent, so that there are at most 500. Made longer
    /// where there would be more than 5,000.
    step: Option<u32>,
}

/// Points of a meter.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readings {
    /// The meter's key.
    meter: String,
    /// Its unit.
    unit: String,
    /// The row; empty for a meter that is not kept per row.
    row: String,
    /// Milliseconds since 1970 and value, rising in time.
    #[schema(value_type = Vec<Vec<f64>>)]
    points: Vec<(i64, f64)>,
    /// What the meter rose by in this time, from point to point of all that are kept; a fall counts nothing.
    rose: f64,
}

/// Points of one meter over time, downsampled.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/devices/{device_id}/readings", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt, Range),
    responses((status = 200, body = Readings)))]
pub(super) async fn readings(
    mut work: Authorized<ViewDevices>,
    Path(at): Path<DeviceAt>,
    Query(range): Query<Range>,
    locale: Locale,
) -> Result<Json<Readings>, Problem> {
    if range.step == Some(0) {
        return Err(Problem::field("step", "out_of_range", "give at least 1"));
    }
    let now = work.app.store().now();
    // Ingest takes points that a collector's clock puts up to five minutes ahead.
    let ahead = SignedDuration::from_mins(10);
    let to = range.to.unwrap_or_else(|| now.saturating_add(ahead).unwrap_or(now));
    let month = SignedDuration::from_hours(30 * 24);
    let from = range.from.unwrap_or_else(|| to.saturating_sub(month).unwrap_or(Timestamp::MIN));
    let request =
        SeriesRequest { driver: range.driver, meter: range.meter, row: range.row, from, to, step: range.step };
    let (driver, Series { points, rose }) = readings::series(&mut work.scope, at.device_id, &request, now).await?;
    // an account may keep a version that is not the active one
    let versions = work.app.drivers().versions(&driver);
    let meter = versions.iter().find_map(|driver| driver.manifest.meters.iter().find(|m| m.key == request.meter));
    let Some(meter) = meter else {
        return Err(Problem::field("meter", "unknown", "the device's driver has no such meter"));
    };
    let unit = meter.unit.locale(locale.0).to_owned();
    Ok(Json(Readings { meter: request.meter, unit, row: request.row.unwrap_or_default(), points, rose }))
}
