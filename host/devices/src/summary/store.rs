//! The SQL of figures.

use bailiwick_store::{At, Scope, StoreError};
use jiff::Timestamp;

pub(super) async fn devices(scope: &mut Scope, now: Timestamp, low: i16) -> Result<(i64, i64, i64), StoreError> {
    Ok(sqlx::query_as(
        "select count(*), count(*) filter (where expected_by >= $1), count(*) filter (where supply_low <= $2)
         from devices where retired_at is null",
    )
    .bind(At(now))
    .bind(low)
    .fetch_one(scope.sql())
    .await?)
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

/// What a counter rose by since the day of `from`.
pub(super) async fn usage(scope: &mut Scope, meter: &str, from: Timestamp) -> Result<f64, StoreError> {
    Ok(sqlx::query_scalar(
        "select coalesce(sum(amount), 0) from usage_days
         where meter = $1 and day >= ($2 at time zone 'UTC')::date",
    )
    .bind(meter)
    .bind(At(from))
    .fetch_one(scope.sql())
    .await?)
}
