//! What an account's row shows beside itself, for a page of accounts in one statement each.

use bailiwick_store::{AccountId, Lineage, Scope, StoreError};
use sqlx::Row as _;

/// What lies in an account's subtree.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub devices: i64,
    pub alerts_open: i64,
    pub collectors: i64,
}

/// Counts of each subtree, in the order given. Each is a range of an index that starts with lineage.
pub(super) async fn counts(scope: &mut Scope, lineages: &[Lineage]) -> Result<Vec<Counts>, StoreError> {
    let (from, to): (Vec<&str>, Vec<String>) = lineages.iter().map(|l| (l.as_str(), l.end())).unzip();
    let rows = sqlx::query(
        "select d.devices, d.alerts_open, c.collectors
         from unnest($1::text[], $2::text[]) with ordinality as subtree (first, beyond, place)
         cross join lateral (
             select count(*) as devices, coalesce(sum(alerts_open), 0)::bigint as alerts_open from devices
             where lineage >= subtree.first collate \"C\" and lineage < subtree.beyond collate \"C\"
               and retired_at is null) d
         cross join lateral (
             select count(*) as collectors from collectors
             where lineage >= subtree.first collate \"C\" and lineage < subtree.beyond collate \"C\"
               and revoked_at is null) c
         order by subtree.place",
    )
    .bind(from)
    .bind(to)
    .fetch_all(scope.sql())
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(Counts { devices: row.try_get(0)?, alerts_open: row.try_get(1)?, collectors: row.try_get(2)? })
    };
    rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(StoreError::from)
}

/// Names and kinds of the accounts at these places, as far as the scope sees them.
pub(super) async fn at(
    scope: &mut Scope,
    lineages: &[Lineage],
) -> Result<Vec<(String, AccountId, String, String)>, StoreError> {
    let texts: Vec<&str> = lineages.iter().map(Lineage::as_str).collect();
    let rows = sqlx::query("select lineage, tenant_id, name, kind from accounts where lineage = any($1)")
        .bind(texts)
        .fetch_all(scope.sql())
        .await?;
    let read = |row: &sqlx::postgres::PgRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
    rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(StoreError::from)
}
