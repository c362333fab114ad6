//! The SQL of figures.

use bailiwick_store::{At, Scope, StoreError};
use jiff::Timestamp;

use super::DriverFigures;

pub(super) async fn devices(scope: &mut Scope, now: Timestamp) -> Result<Vec<DriverFigures>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "select driver, count(*), count(*) filter (where expected_by >= $1), count(*) filter (where low)
         from devices where retired_at is null group by driver",
    )
    .bind(At(now))
    .fetch_all(scope.sql())
    .await?;
    let figures =
        |(driver, devices, online, low)| DriverFigures { driver, devices, online, low, ..DriverFigures::default() };
    Ok(rows.into_iter().map(figures).collect())
}

pub(super) async fn alerts(scope: &mut Scope) -> Result<(i64, i64, i64), StoreError> {
    Ok(sqlx::query_as(
        "select count(*) filter (where severity = $1), count(*) filter (where severity = $2),
                count(*) filter (where severity = $3)
         from alerts where cleared_at is null",
    )
    .bind("critical")
    .bind("warning")
    .bind("info")
    .fetch_one(scope.sql())
    .await?)
}

type Heard = (Option<At>, Option<At>, i32);

pub(super) async fn collectors(scope: &mut Scope) -> Result<Vec<Heard>, StoreError> {
    Ok(sqlx::query_as(
        "select c.last_seen_at, c.revoked_at, s.poll_seconds from collectors c
         join sites s on s.tenant_id = c.tenant_id and s.id = c.site_id
         where c.revoked_at is null limit $1",
    )
    .bind(100_000_i64)
    .fetch_all(scope.sql())
    .await?)
}

/// What billed counters rose by since the day of `from`: driver, meter, amount.
pub(super) async fn usage(scope: &mut Scope, from: Timestamp) -> Result<Vec<(String, String, f64)>, StoreError> {
    Ok(sqlx::query_as(
        "select driver, meter, sum(amount) from usage_days
         where day >= ($1 at time zone 'UTC')::date group by driver, meter",
    )
    .bind(At(from))
    .fetch_all(scope.sql())
    .await?)
}
