//! The SQL of roles that accounts made.

use bailiwick_store::{AccountId, Cursor, Door, Lineage, Scope};
use sqlx::FromRow;

use crate::accounts::texts;
use crate::permission::{Permission, Permissions};
use crate::role::{KnownRole, RoleId, RoleRef};

#[derive(FromRow)]
struct Row {
    tenant_id: AccountId,
    id: RoleId,
    name: String,
    permissions: Vec<String>,
}

impl From<Row> for KnownRole {
    fn from(row: Row) -> Self {
        Self {
            role: RoleRef::Made(row.id),
            made_by: Some(row.tenant_id),
            name: row.name,
            permissions: Permissions::from_stored(&row.permissions),
        }
    }
}

/// Those of the accounts on the way down to `place` that the scope sees, with their places in a list: the topmost
/// account's first, then by name.
pub(super) async fn on_the_way(scope: &mut Scope, place: &Lineage) -> sqlx::Result<Vec<(Cursor, KnownRole)>> {
    #[derive(FromRow)]
    struct Placed {
        depth: i32,
        sort_key: String,
        #[sqlx(flatten)]
        row: Row,
    }
    let rows: Vec<Placed> = sqlx::query_as(
        "select length(lineage) as depth, tenancy.sort_key(name) as sort_key, tenant_id, id, name, permissions
         from roles where lineage = any($1)",
    )
    .bind(texts(&place.path()))
    .fetch_all(scope.sql())
    .await?;
    let placed = |Placed { depth, sort_key, row }| {
        (Cursor::text(format!("1/{depth:04}/{sort_key}"), row.id.get()), KnownRole::from(row))
    };
    Ok(rows.into_iter().map(placed).collect())
}

/// A role by its id, made on the way from `top` down to `place`.
pub(super) async fn find(
    door: &mut Door,
    role: RoleId,
    top: &Lineage,
    place: &Lineage,
) -> sqlx::Result<Option<KnownRole>> {
    let way: Vec<Lineage> = place.path().into_iter().filter(|lineage| top.contains(lineage)).collect();
    let row: Option<Row> =
        sqlx::query_as("select tenant_id, id, name, permissions from roles where id = $1 and lineage = any($2)")
            .bind(role)
            .bind(texts(&way))
            .fetch_optional(door.sql())
            .await?;
    Ok(row.map(KnownRole::from))
}

/// Roles made on the way down to `place` that permit something.
pub(crate) async fn permitting(door: &mut Door, place: &Lineage, permission: Permission) -> sqlx::Result<Vec<RoleId>> {
    sqlx::query_scalar("select id from roles where lineage = any($1) and $2 = any(permissions)")
        .bind(texts(&place.path()))
        .bind(permission.name())
        .fetch_all(door.sql())
        .await
}

/// A role of the scope's account, locked until the transaction ends.
pub(super) async fn lock(scope: &mut Scope, role: RoleId) -> sqlx::Result<Option<KnownRole>> {
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select tenant_id, id, name, permissions from roles where tenant_id = $1 and id = $2 for update",
    )
    .bind(account)
    .bind(role)
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.map(KnownRole::from))
}

pub(super) async fn insert(scope: &mut Scope, role: RoleId, name: &str, permissions: Permissions) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query("insert into roles (tenant_id, lineage, id, name, permissions) values ($1, $2, $3, $4, $5)")
        .bind(account)
        .bind(lineage)
        .bind(role)
        .bind(name)
        .bind(permissions.names())
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(super) async fn update(scope: &mut Scope, role: RoleId, name: &str, permissions: Permissions) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update roles set name = $3, permissions = $4 where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(role)
        .bind(name)
        .bind(permissions.names())
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(super) async fn is_held(scope: &mut Scope, role: RoleId) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query_scalar("select exists (select from grants where role_tenant = $1 and role_id = $2)")
        .bind(account)
        .bind(role)
        .fetch_one(scope.sql())
        .await
}

/// Where the role is held.
pub(super) async fn held_at(scope: &mut Scope, role: RoleId) -> sqlx::Result<Vec<(AccountId, Lineage)>> {
    let account = scope.account();
    sqlx::query_as("select distinct tenant_id, lineage from grants where role_tenant = $1 and role_id = $2")
        .bind(account)
        .bind(role)
        .fetch_all(scope.sql())
        .await
}

pub(super) async fn delete(scope: &mut Scope, role: RoleId) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from roles where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(role)
        .execute(scope.sql())
        .await
        .map(drop)
}
