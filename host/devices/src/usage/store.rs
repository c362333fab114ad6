//! The SQL of usage.

use bailiwick_store::{Scope, StoreError};
use jiff::civil::Date;
use uuid::Uuid;

use super::{By, Usage};

/// Counts what the scope sees, and keeps the most of the day.
pub(super) async fn count(scope: &mut Scope, day: Date) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "insert into device_counts (tenant_id, lineage, day, driver, devices)
         select tenant_id, lineage, $1::date, driver, count(*) from devices
         where retired_at is null group by tenant_id, lineage, driver
         on conflict (tenant_id, day, driver) do update
         set devices = greatest(device_counts.devices, excluded.devices)",
    )
    .bind(day.to_string())
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn list(
    scope: &mut Scope,
    (from, to): (Date, Date),
    by: By,
    after: Option<(&str, Uuid)>,
    limit: i64,
) -> Result<Vec<Usage>, StoreError> {
    let period = match by {
        By::Day => "YYYY-MM-DD",
        By::Month => "YYYY-MM",
    };
    Ok(sqlx::query_as(
        "select u.account_id, a.name as account_name, u.period, u.driver, u.devices, u.device_days
         from (select tenant_id as account_id, to_char(day, $3) as period, driver, max(devices) as devices,
                      sum(devices) as device_days
               from device_counts where day between $1::date and $2::date
               group by 1, 2, 3) u
         join accounts a on a.tenant_id = u.account_id
         where $4::text is null or ((u.period || '/' || u.driver) collate \"C\", u.account_id) > ($4, $5)
         order by (u.period || '/' || u.driver) collate \"C\", u.account_id limit $6",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(period)
    .bind(after.map(|(key, _)| key))
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}
