//! The SQL of budgets.

use std::collections::BTreeMap;

use bailiwick_store::{At, CollectorId, Scope, StoreError};
use jiff::Timestamp;
use serde_json::json;

use super::{Cut, Spent, Used, hour_of};
use crate::journal::{self, Object};

/// What a collector used this hour and in the last 24, and, where it matters, what its account raised this hour.
pub(in crate::ingest) async fn used(
    scope: &mut Scope,
    collector: CollectorId,
    hour: Timestamp,
    alerts_matter: bool,
) -> Result<Used, StoreError> {
    let account = scope.account();
    let (devices, readings): (i64, i64) = sqlx::query_as(
        "select coalesce(sum(used) filter (where what = 'devices' and hour = $3), 0)::bigint,
                coalesce(sum(used) filter (where what = 'readings'), 0)::bigint
         from budgets where tenant_id = $1 and collector_id = $2 and hour between $3 - interval '23 hours' and $3",
    )
    .bind(account)
    .bind(collector)
    .bind(At(hour))
    .fetch_one(scope.sql())
    .await?;
    let mut used = Used { devices_this_hour: devices, readings_today: readings, alerts_of_account_this_hour: 0 };
    if alerts_matter {
        used.alerts_of_account_this_hour = sqlx::query_scalar(
            "select coalesce(sum(used), 0)::bigint from budgets where tenant_id = $1 and hour = $2 and what = 'alerts'",
        )
        .bind(account)
        .bind(At(hour))
        .fetch_one(scope.sql())
        .await?;
    }
    Ok(used)
}

/// Notes at the collector what was left out of its reports, beside what was within the last day.
async fn note_left_out(
    scope: &mut Scope,
    collector: CollectorId,
    what: &[&str],
    now: Timestamp,
) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update collectors
         set left_out_at = $4, left_out = array(
             select distinct unnest($3::text[] || case when left_out_at > $4 - interval '1 day' then left_out else '{}' end)
             order by 1)
         where tenant_id = $1 and id = $2",
    )
    .bind(account)
    .bind(collector)
    .bind(what)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Adds what a batch used and left out. Gives what was left out for the first time this hour.
async fn add(
    scope: &mut Scope,
    collector: CollectorId,
    hour: Timestamp,
    rows: &[(Cut, i64, i64)],
) -> Result<Vec<Cut>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let account = scope.account();
    let first: Vec<(String, bool)> = sqlx::query_as(
        "insert into budgets as b (tenant_id, collector_id, hour, what, used, cut)
         select $1, $2, $3, u.what, u.used, u.cut from unnest($4::text[], $5::bigint[], $6::bigint[]) as u (what, used, cut)
         on conflict (tenant_id, collector_id, hour, what)
         do update set used = b.used + excluded.used, cut = b.cut + excluded.cut
         returning b.what, b.cut > 0 and b.cut = (
             select u.cut from unnest($4::text[], $6::bigint[]) as u (what, cut) where u.what = b.what)",
    )
    .bind(account)
    .bind(collector)
    .bind(At(hour))
    .bind(rows.iter().map(|(what, ..)| what.name()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, used, _)| *used).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., cut)| *cut).collect::<Vec<_>>())
    .fetch_all(scope.sql())
    .await?;
    Ok(first.into_iter().filter(|(_, first)| *first).filter_map(|(name, _)| Cut::named(&name)).collect())
}

/// Notes what the batch used. What is left out for the first time in an hour is told in the account's audit.
pub(in crate::ingest) async fn spend(
    scope: &mut Scope,
    collector: CollectorId,
    spent: &Spent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let of = |amounts: &BTreeMap<Cut, i64>, what| amounts.get(&what).copied().unwrap_or_default();
    let rows: Vec<(Cut, i64, i64)> = Cut::ALL
        .into_iter()
        .map(|what| (what, of(&spent.used, what), of(&spent.cut, what)))
        .filter(|(_, used, cut)| *used > 0 || *cut > 0)
        .collect();
    let cut: Vec<&str> = spent.cut.keys().map(|what| what.name()).collect();
    if !cut.is_empty() {
        note_left_out(scope, collector, &cut, now).await?;
    }
    let first = add(scope, collector, hour_of(now), &rows).await?;
    if first.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = first.iter().map(|what| what.name()).collect();
    tracing::warn!(%collector, what = names.join(","), "reports go beyond a limit; the rest is left out");
    let object = Object::of("collector", collector);
    journal::record(scope, "collector.limited", object, None, Some(json!({ "left_out": names }))).await
}
