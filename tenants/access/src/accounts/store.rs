//! The SQL of accounts.

use crate::error::AccessError;
use bailiwick_store::{AccountId, AccountKey, At, Door, Lineage, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Account, Kind, Reach, Step};

/// The account that the scope is bound to.
pub(crate) async fn get(scope: &mut Scope) -> sqlx::Result<Option<Account>> {
    let account = scope.account();
    sqlx::query_as(
        "select tenant_id, key, name, kind, parent_id, lineage, created_at, suspended_at,
                (select d.erase_at from deletions d where d.tenant_id = accounts.tenant_id) as erase_at
         from accounts where tenant_id = $1 and erased_at is null",
    )
    .bind(account)
    .fetch_optional(scope.sql())
    .await
}

/// Names of these, by their ids.
pub(crate) async fn named(door: &mut Door, ids: &[AccountId]) -> sqlx::Result<Vec<(AccountId, String)>> {
    sqlx::query_as("select tenant_id, name from accounts where tenant_id = any($1)")
        .bind(ids)
        .fetch_all(door.sql())
        .await
}

/// False where the key is taken.
pub(super) async fn insert(
    scope: &mut Scope,
    id: AccountId,
    key: &AccountKey,
    lineage: &Lineage,
    kind: Kind,
    name: &str,
) -> sqlx::Result<bool> {
    let parent = scope.account();
    sqlx::query(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, $2, $3, $4, $5, $6)
         on conflict (key) do nothing",
    )
    .bind(id)
    .bind(lineage)
    .bind(key)
    .bind(parent)
    .bind(kind.name())
    .bind(name)
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

pub(super) async fn rename(scope: &mut Scope, name: &str) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update accounts set name = $2 where tenant_id = $1")
        .bind(account)
        .bind(name)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// The suspension of the scope's own account, locked until the transaction ends.
#[derive(Debug, FromRow)]
pub(super) struct Suspension {
    /// The account of the grant that imposed it; none in rows from before that was kept.
    pub(super) through: Option<AccountId>,
}

/// None where it is not suspended itself.
pub(super) async fn suspension(scope: &mut Scope) -> sqlx::Result<Option<Suspension>> {
    let account = scope.account();
    sqlx::query_as(
        "select suspended_through as through from accounts
         where tenant_id = $1 and suspended_at is not null for update",
    )
    .bind(account)
    .fetch_optional(scope.sql())
    .await
}

/// Suspends the scope's account by a grant on `through`; of one that is suspended already the time stays.
pub(super) async fn suspend(scope: &mut Scope, now: Timestamp, through: AccountId) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query(
        "update accounts set suspended_at = coalesce(suspended_at, $2), suspended_through = $3 where tenant_id = $1",
    )
    .bind(account)
    .bind(At(now))
    .bind(through)
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn resume(scope: &mut Scope) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update accounts set suspended_at = null, suspended_through = null where tenant_id = $1")
        .bind(account)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Where an account is, whoever asks.
pub(crate) async fn place(door: &mut Door, account: AccountId) -> sqlx::Result<Option<Lineage>> {
    sqlx::query_scalar("select lineage from accounts where tenant_id = $1")
        .bind(account)
        .fetch_optional(door.sql())
        .await
}

/// Which of these places are suspended themselves.
pub(super) async fn suspended(door: &mut Door, lineages: &[Lineage]) -> sqlx::Result<Vec<Lineage>> {
    sqlx::query_scalar("select lineage from accounts where suspended_at is not null and lineage = any($1)")
        .bind(texts(lineages))
        .fetch_all(door.sql())
        .await
}

/// The accounts on the way to `lineage` that the scope sees, the topmost first.
pub(super) async fn path(scope: &mut Scope, lineage: &Lineage) -> sqlx::Result<Vec<Step>> {
    sqlx::query_as("select tenant_id, name, kind from accounts where lineage = any($1) order by length(lineage)")
        .bind(texts(&lineage.path()))
        .fetch_all(scope.sql())
        .await
}

pub(super) async fn at(scope: &mut Scope, lineage: &Lineage) -> sqlx::Result<Option<AccountId>> {
    sqlx::query_scalar("select tenant_id from accounts where lineage = $1 and erased_at is null")
        .bind(lineage)
        .fetch_optional(scope.sql())
        .await
}

pub(super) async fn list(
    scope: &mut Scope,
    reach: Reach,
    search: Option<&str>,
    page: &PageRequest,
) -> Result<Vec<Account>, AccessError> {
    let account = scope.account();
    let (name, id) = page.after_text()?;
    Ok(sqlx::query_as(
        "select tenant_id, key, name, kind, parent_id, lineage, created_at, suspended_at,
                (select d.erase_at from deletions d where d.tenant_id = accounts.tenant_id) as erase_at
         from accounts
         where tenant_id <> $1 and erased_at is null
           and ($2 or parent_id = $1)
           and ($3::text is null or position(tenancy.sort_key($3) in sort_key) > 0)
           and ($4::text is null or (sort_key, tenant_id) > (tenancy.sort_key($4), $5))
         order by sort_key, tenant_id
         limit $6",
    )
    .bind(account)
    .bind(reach == Reach::Subtree)
    .bind(search)
    .bind(name)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?)
}

/// How many of these accounts lie below the scope's, counted once each.
pub(crate) async fn count_below(scope: &mut Scope, accounts: &[AccountId]) -> sqlx::Result<i64> {
    let account = scope.account();
    sqlx::query_scalar(
        "select count(*) from accounts where tenant_id = any($1) and tenant_id <> $2 and erased_at is null",
    )
    .bind(accounts)
    .bind(account)
    .fetch_one(scope.sql())
    .await
}

/// Lineages as an array parameter.
pub(crate) fn texts(lineages: &[Lineage]) -> Vec<&str> {
    lineages.iter().map(Lineage::as_str).collect()
}
