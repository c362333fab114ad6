//! The SQL of quotas.

use bailiwick_store::{AccountId, At, Lineage, Scope};
use jiff::Timestamp;

use super::Limits;
use crate::accounts::texts;

/// The limits of the scope's account.
pub(super) async fn get(scope: &mut Scope) -> sqlx::Result<Limits> {
    let account = scope.account();
    let found = sqlx::query_as("select devices, collectors, operators from quotas where tenant_id = $1")
        .bind(account)
        .fetch_optional(scope.sql())
        .await?;
    Ok(found.unwrap_or_default())
}

pub(super) async fn put(scope: &mut Scope, limits: Limits, now: Timestamp) -> sqlx::Result<()> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    sqlx::query(
        "insert into quotas (tenant_id, lineage, devices, collectors, operators, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id) do update
         set devices = excluded.devices, collectors = excluded.collectors, operators = excluded.operators,
             set_by = excluded.set_by, set_at = excluded.set_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(limits.devices)
    .bind(limits.collectors)
    .bind(limits.operators)
    .bind(by)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// The accounts at these places, as far as the scope sees.
pub(super) async fn accounts_at(scope: &mut Scope, places: &[Lineage]) -> sqlx::Result<Vec<(AccountId, Lineage)>> {
    sqlx::query_as("select tenant_id, lineage from accounts where lineage = any($1) order by lineage")
        .bind(texts(places))
        .fetch_all(scope.sql())
        .await
}
