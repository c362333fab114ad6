//! The SQL of restrictions.

use bailiwick_store::{AccountId, Door, Lineage, Scope};
use sqlx::FromRow;

use super::Restriction;
use crate::accounts::texts;
use crate::permission::{Permission, Permissions};

/// The accounts that deny this permission to those above them: on the way down to `place`, and below it.
pub(crate) async fn denying(door: &mut Door, permission: Permission, place: &Lineage) -> sqlx::Result<Vec<Lineage>> {
    sqlx::query_scalar(
        "select lineage from restrictions
         where permission = $1
           and (lineage = any($2) or (lineage >= $3 collate \"C\" and lineage < $4 collate \"C\"))",
    )
    .bind(permission.name())
    .bind(texts(&place.path()))
    .bind(place)
    .bind(place.end())
    .fetch_all(door.sql())
    .await
}

/// What is denied on the way down to `place`, and where.
pub(crate) async fn on_the_way(door: &mut Door, place: &Lineage) -> sqlx::Result<Vec<(Lineage, Permission)>> {
    let rows: Vec<(Lineage, String)> =
        sqlx::query_as("select lineage, permission from restrictions where lineage = any($1)")
            .bind(texts(&place.path()))
            .fetch_all(door.sql())
            .await?;
    Ok(rows.into_iter().filter_map(|(place, name)| Some((place, name.parse().ok()?))).collect())
}

/// As [`on_the_way`], as far as the scope sees.
pub(super) async fn seen(scope: &mut Scope, place: &Lineage) -> sqlx::Result<Vec<Restriction>> {
    #[derive(FromRow)]
    struct Row {
        tenant_id: AccountId,
        lineage: Lineage,
        permission: String,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select tenant_id, lineage, permission from restrictions where lineage = any($1)
         order by length(lineage), permission",
    )
    .bind(texts(&place.path()))
    .fetch_all(scope.sql())
    .await?;
    let known = |row: Row| {
        let permission = row.permission.parse().ok()?;
        Some(Restriction { permission, account: row.tenant_id, lineage: row.lineage })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// What an account denies, locked until the transaction ends.
pub(crate) async fn of(scope: &mut Scope, account: AccountId) -> sqlx::Result<Permissions> {
    let names: Vec<String> = sqlx::query_scalar("select permission from restrictions where tenant_id = $1 for update")
        .bind(account)
        .fetch_all(scope.sql())
        .await?;
    Ok(Permissions::from_stored(&names))
}

/// What the scope's account denies from now on.
pub(crate) async fn replace(scope: &mut Scope, denied: Permissions) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query("delete from restrictions where tenant_id = $1").bind(account).execute(scope.sql()).await?;
    sqlx::query("insert into restrictions (tenant_id, lineage, permission) select $1, $2, unnest($3::text[])")
        .bind(account)
        .bind(lineage)
        .bind(denied.names())
        .execute(scope.sql())
        .await
        .map(drop)
}
