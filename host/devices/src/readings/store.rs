//! The SQL of readings as they are read; ingest writes them.

use bailiwick_store::{At, DeviceId, EnrollmentId, Scope, StoreError};
use serde_json::Value;

use super::{SeriesPoint, SeriesRequest};

/// The last point of each bucket.
pub(super) async fn series(
    scope: &mut Scope,
    device: DeviceId,
    driver: &str,
    request: &SeriesRequest,
    step: f64,
) -> Result<Vec<SeriesPoint>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select distinct on (date_bin(make_interval(secs => $8), at, $6))
                (extract(epoch from at) * 1000)::bigint, value
         from readings
         where tenant_id = $1 and device_id = $2 and driver = $3 and meter = $4 and row_key = $5 and at >= $6 and at < $7
         order by date_bin(make_interval(secs => $8), at, $6), at desc",
    )
    .bind(account)
    .bind(device)
    .bind(driver)
    .bind(&request.meter)
    .bind(request.row.as_deref().unwrap_or_default())
    .bind(At(request.from))
    .bind(At(request.to))
    .bind(step)
    .fetch_all(scope.sql())
    .await?)
}

/// What the meter rose by, from the last point before the time range on.
pub(super) async fn rose(
    scope: &mut Scope,
    device: DeviceId,
    driver: &str,
    request: &SeriesRequest,
) -> Result<f64, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar(
        "with points as (
             (select at, value from readings
              where tenant_id = $1 and device_id = $2 and driver = $3 and meter = $4 and row_key = $5 and at < $6
              order by at desc limit 1)
             union all
             select at, value from readings
             where tenant_id = $1 and device_id = $2 and driver = $3 and meter = $4 and row_key = $5 and at >= $6
               and at < $7),
         steps as (select value - lag(value) over (order by at) as rise from points)
         select coalesce(sum(rise) filter (where rise > 0), 0) from steps",
    )
    .bind(account)
    .bind(device)
    .bind(driver)
    .bind(&request.meter)
    .bind(request.row.as_deref().unwrap_or_default())
    .bind(At(request.from))
    .bind(At(request.to))
    .fetch_one(scope.sql())
    .await?)
}

pub(super) async fn latest(scope: &mut Scope, enrollment: EnrollmentId) -> Result<Option<Value>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select meters from enrollments where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(enrollment)
        .fetch_optional(scope.sql())
        .await?)
}
