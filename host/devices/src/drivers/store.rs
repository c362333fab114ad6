//! The SQL of drivers.

use bailiwick_store::{AccountId, At, Scope, StoreError};
use jiff::Timestamp;
use serde_json::Value;

/// A driver's row, without its component.
#[derive(sqlx::FromRow)]
pub(super) struct DriverRow {
    pub(super) digest: String,
    pub(super) manifest: String,
    pub(super) installed_at: At,
    pub(super) active: bool,
    pub(super) uninstalled: bool,
}

pub(super) async fn all(scope: &mut Scope) -> Result<Vec<DriverRow>, StoreError> {
    Ok(sqlx::query_as(
        "select digest, manifest::text as manifest, uninstalled_at is not null as uninstalled, installed_at, active from drivers
         order by name, installed_at desc",
    )
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn active(scope: &mut Scope, name: &str) -> Result<Option<DriverRow>, StoreError> {
    Ok(sqlx::query_as(
        "select digest, manifest::text as manifest, uninstalled_at is not null as uninstalled, installed_at, active
         from drivers where name = $1 and active",
    )
    .bind(name)
    .fetch_optional(scope.sql())
    .await?)
}

/// Digest and version of the one that is offered: all that is needed of it to replace it, whatever its manifest holds.
#[derive(sqlx::FromRow)]
pub(super) struct Offered {
    pub(super) digest: String,
    pub(super) version: String,
}

pub(super) async fn offered(scope: &mut Scope, name: &str) -> Result<Option<Offered>, StoreError> {
    Ok(sqlx::query_as("select digest, version from drivers where name = $1 and active")
        .bind(name)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn by_digest(scope: &mut Scope, digest: &str) -> Result<Option<DriverRow>, StoreError> {
    Ok(sqlx::query_as(
        "select digest, manifest::text as manifest, uninstalled_at is not null as uninstalled, installed_at, active
         from drivers where digest = $1",
    )
    .bind(digest)
    .fetch_optional(scope.sql())
    .await?)
}

/// Has installations and grants of one name wait until the transaction ends, and waits for those that go on.
pub(super) async fn lock_name(scope: &mut Scope, name: &str) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('driver:' || $1, 0))")
        .bind(name)
        .execute(scope.sql())
        .await?;
    Ok(())
}

/// Has installations of one name wait until the transaction ends, and waits for one that goes on; grants do not wait for
/// each other.
pub(super) async fn share_name(scope: &mut Scope, name: &str) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_xact_lock_shared(hashtextextended('driver:' || $1, 0))")
        .bind(name)
        .execute(scope.sql())
        .await?;
    Ok(())
}

/// The component that has this name and version.
pub(super) async fn of_version(scope: &mut Scope, name: &str, version: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "select digest from drivers where name = $1 and version = $2 order by installed_at desc limit 1",
    )
    .bind(name)
    .bind(version)
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn component(scope: &mut Scope, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("select component from drivers where digest = $1 and component is not null")
        .bind(digest)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn deactivate(scope: &mut Scope, name: &str) -> Result<(), StoreError> {
    sqlx::query("update drivers set active = false where name = $1 and active").bind(name).execute(scope.sql()).await?;
    Ok(())
}

/// Makes a component that was there before the one that is offered, with its bytes where they had gone.
pub(super) async fn activate(scope: &mut Scope, digest: &str, component: &[u8]) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update drivers set active = true, uninstalled_at = null, component = coalesce(component, $2) where digest = $1",
    )
    .bind(digest)
    .bind(component)
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes every version of a name out of use; false where none was in use.
pub(super) async fn uninstall(scope: &mut Scope, name: &str, at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update drivers set active = false, uninstalled_at = $2, component = null
         where name = $1 and uninstalled_at is null",
    )
    .bind(name)
    .bind(At(at))
    .execute(scope.sql())
    .await?;
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

/// A grant's row.
#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    pub(super) driver: String,
    pub(super) digest: String,
    pub(super) granted: Value,
    pub(super) granted_at: At,
}

/// The bound account's grants.
pub(super) async fn grants(scope: &mut Scope) -> Result<Vec<GrantRow>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select driver, digest, granted, granted_at from driver_grants where tenant_id = $1 order by driver",
    )
    .bind(account)
    .fetch_all(scope.sql())
    .await?)
}

/// What a grant was given for: as stored, or else the manifest of the version that works.
#[derive(sqlx::FromRow)]
pub(super) struct ConsentRow {
    pub(super) consented: Option<String>,
    pub(super) manifest: Option<String>,
}

/// What the bound account consented to.
pub(super) async fn consented(scope: &mut Scope, driver: &str) -> Result<Option<ConsentRow>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select g.consented::text as consented, d.manifest::text as manifest
         from driver_grants g left join drivers d on d.digest = g.digest and g.consented is null
         where g.tenant_id = $1 and g.driver = $2",
    )
    .bind(account)
    .bind(driver)
    .fetch_optional(scope.sql())
    .await?)
}

/// Accounts that grant a driver for the same, with another version in use than the given one.
#[derive(sqlx::FromRow)]
pub(super) struct Granting {
    pub(super) digest: String,
    pub(super) version: String,
    pub(super) consented: Option<String>,
    pub(super) manifest: Option<String>,
    pub(super) accounts: Vec<AccountId>,
}

/// All accounts of the scope that grant a driver, but those that have this version already.
pub(super) async fn granting(scope: &mut Scope, driver: &str, but: &str) -> Result<Vec<Granting>, StoreError> {
    Ok(sqlx::query_as(
        "select g.digest, d.version, g.consented::text as consented,
                case when g.consented is null then d.manifest::text end as manifest,
                array_agg(g.tenant_id order by g.lineage) as accounts
         from driver_grants g join drivers d on d.digest = g.digest
         where g.driver = $1 and g.digest <> $2
         group by g.digest, d.version, g.consented, d.manifest::text",
    )
    .bind(driver)
    .bind(but)
    .fetch_all(scope.sql())
    .await?)
}

/// Has this version work at these accounts.
pub(super) async fn follow(
    scope: &mut Scope,
    driver: &str,
    accounts: &[AccountId],
    digest: &str,
    consented: &Value,
) -> Result<(), StoreError> {
    sqlx::query(
        "update driver_grants set digest = $3, consented = coalesce(consented, $4)
         where driver = $1 and tenant_id = any($2)",
    )
    .bind(driver)
    .bind(accounts)
    .bind(digest)
    .bind(consented)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Ends all grants of a driver in the scope; gives whose they were.
pub(super) async fn end_grants(scope: &mut Scope, driver: &str) -> Result<Vec<AccountId>, StoreError> {
    Ok(sqlx::query_scalar("delete from driver_grants where driver = $1 returning tenant_id")
        .bind(driver)
        .fetch_all(scope.sql())
        .await?)
}

/// How many accounts of the scope grant a driver.
pub(super) async fn count_grants(scope: &mut Scope, driver: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("select count(*) from driver_grants where driver = $1")
        .bind(driver)
        .fetch_one(scope.sql())
        .await?)
}

/// A grant to be.
pub(super) struct NewGrant<'a> {
    pub(super) driver: &'a str,
    pub(super) digest: &'a str,
    pub(super) granted: &'a Value,
    pub(super) consented: &'a Value,
    pub(super) at: Timestamp,
}

pub(super) async fn put_grant(scope: &mut Scope, grant: NewGrant<'_>) -> Result<(), StoreError> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    sqlx::query(
        "insert into driver_grants (tenant_id, lineage, driver, digest, granted, consented, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, driver)
         do update set digest = excluded.digest, granted = excluded.granted, consented = excluded.consented,
                       granted_at = excluded.granted_at, granted_by = excluded.granted_by",
    )
    .bind(account)
    .bind(lineage)
    .bind(grant.driver)
    .bind(grant.digest)
    .bind(grant.granted)
    .bind(grant.consented)
    .bind(At(grant.at))
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
