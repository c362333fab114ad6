//! The SQL of groups.

use bailiwick_store::{At, DeviceId, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};
use uuid::Uuid;

use super::{Group, GroupId};
use crate::Named;

impl FromRow<'_, PgRow> for Group {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            account: Named { id: row.try_get("tenant_id")?, name: row.try_get("account_name")? },
            name: row.try_get("name")?,
            devices: row.try_get("devices")?,
            created_at: row.try_get::<At, _>("created_at")?.0,
        })
    }
}

/// A group with its place in the list.
#[derive(FromRow)]
pub(super) struct Placed {
    #[sqlx(flatten)]
    pub(super) group: Group,
    pub(super) sort_key: String,
}

/// The groups that the scope sees, by name. The page is cut before their devices are counted.
pub(super) async fn list(
    scope: &mut Scope,
    after: (Option<&str>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Placed>, StoreError> {
    Ok(sqlx::query_as(
        "select g.sort_key, g.tenant_id, a.name as account_name, g.id, g.name, g.created_at,
                (select count(*) from device_group_members m
                 join devices d on d.tenant_id = m.tenant_id and d.id = m.device_id
                 where m.tenant_id = g.tenant_id and m.group_id = g.id and d.retired_at is null) as devices
         from (select * from device_groups where $1::text is null or (sort_key, id) > ($1, $2)
               order by sort_key, id limit $3) g
         join accounts a on a.tenant_id = g.tenant_id
         order by g.sort_key, g.id",
    )
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn get(scope: &mut Scope, id: GroupId) -> Result<Option<Group>, StoreError> {
    Ok(sqlx::query_as(
        "select g.tenant_id, a.name as account_name, g.id, g.name, g.created_at,
                (select count(*) from device_group_members m
                 join devices d on d.tenant_id = m.tenant_id and d.id = m.device_id
                 where m.tenant_id = g.tenant_id and m.group_id = g.id and d.retired_at is null) as devices
         from device_groups g join accounts a on a.tenant_id = g.tenant_id
         where g.id = $1",
    )
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

/// One group, kept from being changed by another until the scope ends.
pub(super) async fn lock(scope: &mut Scope, id: GroupId) -> Result<Option<Group>, StoreError> {
    sqlx::query("select from device_groups where id = $1 for update").bind(id).execute(scope.sql()).await?;
    get(scope, id).await
}

/// False where the name is taken.
pub(super) async fn insert(scope: &mut Scope, id: GroupId, name: &str, now: Timestamp) -> Result<bool, StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let done = sqlx::query(
        "insert into device_groups (tenant_id, lineage, id, name, created_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, lower(name)) do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(name)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False where the name is taken. Of two that take it at once the later one fails at the index.
pub(super) async fn rename(scope: &mut Scope, id: GroupId, name: &str) -> Result<bool, StoreError> {
    let account = scope.account();
    let done = sqlx::query(
        "update device_groups g set name = $3
         where tenant_id = $1 and id = $2
           and not exists (select from device_groups o where o.tenant_id = $1 and o.id <> $2 and lower(o.name) = lower($3))",
    )
    .bind(account)
    .bind(id)
    .bind(name)
    .execute(scope.sql())
    .await;
    match done {
        Ok(done) => Ok(done.rows_affected() == 1),
        Err(error) if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn delete(scope: &mut Scope, id: GroupId) -> Result<(), StoreError> {
    let account = scope.account();
    for statement in [
        "delete from device_group_members where tenant_id = $1 and group_id = $2",
        "delete from device_groups where tenant_id = $1 and id = $2",
    ] {
        sqlx::query(statement).bind(account).bind(id).execute(scope.sql()).await?;
    }
    Ok(())
}

/// The name of a device of the bound account that is not retired; kept as it is until the scope ends.
pub(super) async fn device(scope: &mut Scope, id: DeviceId) -> Result<Option<String>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar(
        "select name from devices where tenant_id = $1 and id = $2 and retired_at is null for key share",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

/// False where it is in the group already.
pub(super) async fn add(scope: &mut Scope, id: GroupId, device: DeviceId, now: Timestamp) -> Result<bool, StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let done = sqlx::query(
        "insert into device_group_members (tenant_id, lineage, group_id, device_id, since) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(device)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False where it is not in the group.
pub(super) async fn remove(scope: &mut Scope, id: GroupId, device: DeviceId) -> Result<bool, StoreError> {
    let account = scope.account();
    let done =
        sqlx::query("delete from device_group_members where tenant_id = $1 and group_id = $2 and device_id = $3")
            .bind(account)
            .bind(id)
            .bind(device)
            .execute(scope.sql())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The groups that a device of the bound account is in, by name.
pub(crate) async fn of_device(scope: &mut Scope, device: DeviceId) -> Result<Vec<Named<GroupId>>, StoreError> {
    let account = scope.account();
    let found: Vec<(GroupId, String)> = sqlx::query_as(
        "select g.id, g.name from device_group_members m
         join device_groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
         where m.tenant_id = $1 and m.device_id = $2 order by tenancy.sort_key(g.name), g.id",
    )
    .bind(account)
    .bind(device)
    .fetch_all(scope.sql())
    .await?;
    Ok(found.into_iter().map(|(id, name)| Named { id, name }).collect())
}
