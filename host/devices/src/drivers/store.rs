//! The SQL of drivers.

use bailiwick_store::{At, Scope, StoreError};
use jiff::Timestamp;
use serde_json::Value;

/// A driver's row, without its component.
#[derive(sqlx::FromRow)]
pub(super) struct DriverRow {
    pub(super) digest: String,
    pub(super) manifest: String,
    pub(super) installed_at: At,
    pub(super) active: bool,
}

pub(super) async fn all(scope: &mut Scope) -> Result<Vec<DriverRow>, StoreError> {
    Ok(sqlx::query_as(
        "select digest, manifest::text as manifest, installed_at, active from drivers
         order by name, installed_at desc",
    )
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn active(scope: &mut Scope, name: &str) -> Result<Option<DriverRow>, StoreError> {
    Ok(sqlx::query_as(
        "select digest, manifest::text as manifest, installed_at, active from drivers where name = $1 and active",
    )
    .bind(name)
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn component(scope: &mut Scope, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("select component from drivers where digest = $1")
        .bind(digest)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn deactivate(scope: &mut Scope, name: &str) -> Result<(), StoreError> {
    sqlx::query("update drivers set active = false where name = $1 and active").bind(name).execute(scope.sql()).await?;
    Ok(())
}

pub(super) async fn activate(scope: &mut Scope, digest: &str) -> Result<bool, StoreError> {
    let done =
        sqlx::query("update drivers set active = true where digest = $1").bind(digest).execute(scope.sql()).await?;
    Ok(done.rows_affected() > 0)
}

/// A row to be.
pub(super) struct NewDriver<'a> {
    pub(super) digest: &'a str,
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) manifest: &'a str,
    pub(super) component: &'a [u8],
    pub(super) at: Timestamp,
}

pub(super) async fn insert(scope: &mut Scope, driver: NewDriver<'_>) -> Result<(), StoreError> {
    let by = scope.actor().to_string();
    sqlx::query(
        "insert into drivers (digest, name, version, manifest, component, installed_at, installed_by, active)
         values ($1, $2, $3, $4::json, $5, $6, $7, true)",
    )
    .bind(driver.digest)
    .bind(driver.name)
    .bind(driver.version)
    .bind(driver.manifest)
    .bind(driver.component)
    .bind(At(driver.at))
    .bind(by)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// The drivers that any account within the scope grants something.
pub(super) async fn granted_within(scope: &mut Scope) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("select distinct driver from driver_grants order by driver limit $1")
        .bind(1_000_i64)
        .fetch_all(scope.sql())
        .await?)
}

/// The bound account's grants.
pub(super) async fn grants(scope: &mut Scope) -> Result<Vec<(String, Value, At)>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as("select driver, granted, granted_at from driver_grants where tenant_id = $1 order by driver")
        .bind(account)
        .fetch_all(scope.sql())
        .await?)
}

pub(super) async fn put_grant(
    scope: &mut Scope,
    driver: &str,
    granted: &Value,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    sqlx::query(
        "insert into driver_grants (tenant_id, lineage, driver, granted, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, driver)
         do update set granted = excluded.granted, granted_at = excluded.granted_at, granted_by = excluded.granted_by",
    )
    .bind(account)
    .bind(lineage)
    .bind(driver)
    .bind(granted)
    .bind(At(at))
    .bind(by)
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn delete_grant(scope: &mut Scope, driver: &str) -> Result<bool, StoreError> {
    let account = scope.account();
    let done = sqlx::query("delete from driver_grants where tenant_id = $1 and driver = $2")
        .bind(account)
        .bind(driver)
        .execute(scope.sql())
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn policy(scope: &mut Scope) -> Result<Option<Value>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select policy from policies where tenant_id = $1")
        .bind(account)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn put_policy(scope: &mut Scope, policy: &Value, at: Timestamp) -> Result<(), StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into policies (tenant_id, lineage, policy, updated_at) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set policy = excluded.policy, updated_at = excluded.updated_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(policy)
    .bind(At(at))
    .execute(scope.sql())
    .await?;
    Ok(())
}
