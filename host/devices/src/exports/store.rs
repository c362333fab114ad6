//! The SQL of exports.

use bailiwick_store::{AccountId, At, Door, Lineage, OwnedTable, Scope, StoreError, TableClass};
use futures::{Stream, TryStreamExt};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Export, ExportId, KEPT};

/// False where one waits already.
pub(super) async fn insert(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    let done = sqlx::query(
        "insert into exports (tenant_id, lineage, id, requested_by, requested_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) where state = 'queued' do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(by)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn list(
    scope: &mut Scope,
    after: (Option<At>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Export>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select id, state, requested_by, requested_at, expires_at, bytes, rows from exports
         where tenant_id = $1 and ($2::timestamptz is null or (requested_at, id) < ($2, $3))
         order by requested_at desc, id desc limit $4",
    )
    .bind(account)
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

/// Whether it can be fetched: not where it tells of an account that the scope sees no longer.
pub(super) async fn is_ready(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar(
        "select exists (
             select from exports where tenant_id = $1 and id = $2 and state = 'ready' and expires_at > $3
               and cardinality(accounts)
                   = (select count(*) from accounts a where a.tenant_id = any(exports.accounts) and a.erased_at is null))",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .fetch_one(scope.sql())
    .await?)
}

/// False where it cannot be fetched, or not any more: also where it tells of an account that the scope sees no longer.
pub(super) async fn fetch(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
    let account = scope.account();
    let done = sqlx::query(
        "update exports set state = 'fetched', fetched_at = $3
         where tenant_id = $1 and id = $2 and state = 'ready' and expires_at > $3
           and cardinality(accounts)
               = (select count(*) from accounts a where a.tenant_id = any(exports.accounts) and a.erased_at is null)",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it is still to be made.
pub(super) async fn is_queued(scope: &mut Scope, id: ExportId) -> Result<bool, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select exists (select from exports where tenant_id = $1 and id = $2 and state = 'queued')")
        .bind(account)
        .bind(id)
        .fetch_one(scope.sql())
        .await?)
}

pub(super) async fn ready(
    scope: &mut Scope,
    id: ExportId,
    bytes: u64,
    rows: u64,
    told: &[AccountId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update exports set state = 'ready', ready_at = $5, expires_at = $6, bytes = $3, rows = $4, accounts = $7
         where tenant_id = $1 and id = $2",
    )
    .bind(account)
    .bind(id)
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .bind(i64::try_from(rows).unwrap_or(i64::MAX))
    .bind(At(now))
    .bind(At(now.saturating_add(KEPT).unwrap_or(now)))
    .bind(told)
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn fail(scope: &mut Scope, id: ExportId) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query("update exports set state = 'failed' where tenant_id = $1 and id = $2 and state = 'queued'")
        .bind(account)
        .bind(id)
        .execute(scope.sql())
        .await?;
    Ok(())
}

/// Those whose files are to go.
pub(super) async fn expire(scope: &mut Scope, now: Timestamp) -> Result<Vec<(AccountId, ExportId)>, StoreError> {
    Ok(sqlx::query_as(
        "update exports set state = 'expired' where state = 'ready' and expires_at <= $1 returning tenant_id, id",
    )
    .bind(At(now))
    .fetch_all(scope.sql())
    .await?)
}

/// The accounts above a place, but for the root.
pub(super) async fn above(door: &mut Door, place: &Lineage) -> Result<Vec<AccountId>, StoreError> {
    let path: Vec<Lineage> = place.path().into_iter().filter(|above| above != place && above.depth() > 0).collect();
    let path: Vec<&str> = path.iter().map(Lineage::as_str).collect();
    Ok(sqlx::query_scalar("select tenant_id from accounts where lineage = any($1)")
        .bind(path)
        .fetch_all(door.sql())
        .await?)
}

/// The accounts that the scope sees.
pub(super) async fn accounts(scope: &mut Scope) -> Result<Vec<AccountId>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select tenant_id from accounts where erased_at is null order by tenant_id <> $1, lineage")
        .bind(account)
        .fetch_all(scope.sql())
        .await?)
}

/// The columns of a table that may leave: none of bytes, none named for a secret, none that `app` does not read.
pub(super) async fn columns(scope: &mut Scope, table: &str) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "select quote_ident(a.attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relname = $1 and a.attnum > 0 and not a.attisdropped
           and a.atttypid <> 'bytea'::regtype and a.attname !~ '(hash|secret|password|salt|sealed)'
           and has_column_privilege(c.oid, a.attnum, 'select')
         order by a.attnum",
    )
    .bind(table)
    .fetch_all(scope.sql())
    .await?)
}

/// Rows as JSON, one after the other: of a tree table those that the scope sees, of a bulk table those of the account
/// that it is bound to.
pub(super) fn rows<'s>(
    scope: &'s mut Scope,
    statement: &'s str,
) -> impl Stream<Item = Result<String, StoreError>> + 's {
    let account = scope.account();
    sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).bind(account).fetch(scope.sql()).map_err(StoreError::from)
}

/// The statement of [`rows`] for a table.
pub(super) fn select(table: &OwnedTable, columns: &[String]) -> String {
    let which = match table.class() {
        TableClass::Tree => "$1::uuid is not null",
        TableClass::Bulk => "tenant_id = $1",
    };
    select_from(&table.quoted(), columns, which)
}

/// As [`select`], for a table that is no account's or is the accounts themselves: what the scope sees of it.
pub(super) fn select_seen(table: &str, columns: &[String]) -> String {
    select_from(table, columns, "$1::uuid is not null")
}

fn select_from(table: &str, columns: &[String], which: &str) -> String {
    let columns = columns.join(", ");
    format!("select to_jsonb(r)::text from (select {columns} from {table} where {which}) r")
}
