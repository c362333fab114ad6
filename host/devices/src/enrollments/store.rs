//! The SQL of enrollments.

use bailiwick_store::{At, DeviceId, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};
use uuid::Uuid;

use super::{Enrollment, EnrollmentState};
use crate::ingest::Cut;

impl FromRow<'_, PgRow> for Enrollment {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let state: &str = row.try_get("state")?;
        Ok(Self {
            id: row.try_get("id")?,
            device: row.try_get("device_id")?,
            account: row.try_get("tenant_id")?,
            driver: row.try_get("driver")?,
            digest: row.try_get("digest")?,
            state: if state == "active" { EnrollmentState::Active } else { EnrollmentState::Retired },
            site: row.try_get("site_id")?,
            collector: row.try_get("collector_id")?,
            created_at: row.try_get::<At, _>("created_at")?.0,
            reported_at: row.try_get::<Option<At>, _>("reported_at")?.map(|at| at.0),
            partial: Cut::all_named(row.try_get("partial")?),
        })
    }
}

pub(super) async fn list(
    scope: &mut Scope,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<Enrollment>, StoreError> {
    let at = after.and_then(|(micros, _)| Timestamp::from_microsecond(micros).ok()).map(At);
    Ok(sqlx::query_as(
        "select tenant_id, id, device_id, driver, digest, state, site_id, collector_id, created_at, reported_at,
                partial
         from enrollments where $1::timestamptz is null or (created_at, id) > ($1, $2)
         order by created_at, id limit $3",
    )
    .bind(at)
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn of_device(scope: &mut Scope, device: DeviceId) -> Result<Vec<Enrollment>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, device_id, driver, digest, state, site_id, collector_id, created_at, reported_at,
                partial
         from enrollments where device_id = $1 order by created_at, id",
    )
    .bind(device)
    .fetch_all(scope.sql())
    .await?)
}
