//! The SQL of deletions.

use bailiwick_store::{AccountId, At, Lineage, OperatorId, Ops, Scope};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::Deletion;

/// False where it is to be deleted already.
pub(super) async fn insert(
    scope: &mut Scope,
    deletion: &Deletion,
    was_suspended: bool,
    through: AccountId,
) -> sqlx::Result<bool> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    sqlx::query(
        "insert into deletions (tenant_id, lineage, requested_by, requested_at, erase_at, was_suspended, through)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(by)
    .bind(At(deletion.requested_at))
    .bind(At(deletion.erase_at))
    .bind(was_suspended)
    .bind(through)
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// A deletion that was cancelled.
#[derive(Debug, FromRow)]
pub(super) struct Cancelled {
    /// Whether the account was suspended before.
    pub(super) was_suspended: bool,
    /// The account of the grant that asked for it; none in rows from before that was kept.
    pub(super) through: Option<AccountId>,
}

/// None where nothing is left to cancel.
pub(super) async fn cancel(scope: &mut Scope) -> sqlx::Result<Option<Cancelled>> {
    let account = scope.account();
    sqlx::query_as("delete from deletions where tenant_id = $1 and begun_at is null returning was_suspended, through")
        .bind(account)
        .fetch_optional(scope.sql())
        .await
}

/// A deletion whose time has come.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Due {
    #[sqlx(rename = "tenant_id")]
    pub(super) account: AccountId,
    pub(super) lineage: Lineage,
}

/// Those whose time has come, the deepest first.
pub(super) async fn due(scope: &mut Scope, now: Timestamp) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as(
        "select tenant_id, lineage from deletions where erase_at <= $1 order by length(lineage) desc, lineage",
    )
    .bind(At(now))
    .fetch_all(scope.sql())
    .await
}

/// When its erasure began, and who held a grant in it then; locked until the transaction ends.
pub(super) async fn lock(scope: &mut Scope, account: AccountId) -> sqlx::Result<Option<(Option<At>, Vec<OperatorId>)>> {
    sqlx::query_as("select begun_at, operators from deletions where tenant_id = $1 for update")
        .bind(account)
        .fetch_optional(scope.sql())
        .await
}

/// Takes the subtree out of everybody's sight: from here on there is no way back.
pub(super) async fn begin(scope: &mut Scope, due: &Due, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update deletions set begun_at = $4, operators = array(
             select operator_id from grants where lineage >= $2 collate \"C\" and lineage < $3 collate \"C\"
             union
             select unnest(d.operators) from deletions d where d.lineage >= $2 collate \"C\" and d.lineage < $3 collate \"C\")
         where tenant_id = $1",
    )
    .bind(due.account)
    .bind(&due.lineage)
    .bind(due.lineage.end())
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    sqlx::query(
        "update accounts set erased_at = $3, name = ''
         where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\" and erased_at is null",
    )
    .bind(&due.lineage)
    .bind(due.lineage.end())
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// The accounts of a subtree, the deepest first.
pub(super) async fn subtree(scope: &mut Scope, top: &Lineage) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar(
        "select tenant_id from accounts where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"
         order by length(lineage) desc, lineage",
    )
    .bind(top)
    .bind(top.end())
    .fetch_all(scope.sql())
    .await
}

/// The parent of an account.
pub(super) async fn parent(scope: &mut Scope, account: AccountId) -> sqlx::Result<Option<AccountId>> {
    let found: Option<Option<AccountId>> = sqlx::query_scalar("select parent_id from accounts where tenant_id = $1")
        .bind(account)
        .fetch_optional(scope.sql())
        .await?;
    Ok(found.flatten())
}

pub(super) async fn end(scope: &mut Scope, account: AccountId) -> sqlx::Result<()> {
    sqlx::query("delete from deletions where tenant_id = $1").bind(account).execute(scope.sql()).await.map(drop)
}

/// Whether an operator holds no grant anywhere.
pub(super) async fn is_left_without_grant(ops: &mut Ops, operator: OperatorId) -> sqlx::Result<bool> {
    sqlx::query_scalar("select not exists (select from grants where operator_id = $1)")
        .bind(operator)
        .fetch_one(ops.sql())
        .await
}

/// Deletes an operator's sessions and credentials: what refers to it from tables that are no account's.
pub(super) async fn delete_credentials(ops: &mut Ops, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query("update sessions set viewing_as = null, viewing_at = null, viewing_until = null where viewing_as = $1")
        .bind(operator)
        .execute(ops.sql())
        .await?;
    let of_operators: Vec<(String, String)> = sqlx::query_as(
        "select quote_ident(c.relname), quote_ident(a.attname)
         from pg_constraint k
         join pg_class c on c.oid = k.conrelid
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
         where k.contype = $1::\"char\" and k.confrelid = 'operators'::regclass and a.attnotnull
           and not exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
         order by 1, 2",
    )
    .bind("f")
    .fetch_all(ops.sql())
    .await?;
    for (table, column) in of_operators {
        let sql = format!("delete from {table} where {column} = $1");
        sqlx::query(AssertSqlSafe(sql)).bind(operator).execute(ops.sql()).await?;
    }
    Ok(())
}

pub(super) async fn delete_operator(ops: &mut Ops, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query("delete from operators where id = $1").bind(operator).execute(ops.sql()).await.map(drop)
}

/// Takes everything personal from an operator that rows of other accounts refer to.
pub(super) async fn empty_operator(ops: &mut Ops, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query(
        "update operators set email = 'erased-' || $1 || '@erased.invalid', email_key = 'erased-' || $1 || '@erased.invalid',
                name = 'Erased', locale = 'en', password_hash = null, last_seen_at = null
         where id = $2",
    )
    .bind(operator.to_string())
    .bind(operator)
    .execute(ops.sql())
    .await
    .map(drop)
}
