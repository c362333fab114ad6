//! The SQL of moves.

use crate::error::AccessError;
use bailiwick_store::{AccountId, At, Door, Lineage, OperatorId, PageRequest, Scope, StoreError};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::FromRow;

use super::{Move, MoveId};
use crate::accounts::texts;

/// A grant on the way down to a place.
#[derive(Debug, FromRow)]
pub(super) struct GrantAbove {
    pub(super) tenant_id: AccountId,
    pub(super) lineage: Lineage,
    pub(super) operator_id: OperatorId,
    pub(super) role: String,
    pub(super) excluded_ids: Vec<AccountId>,
    pub(super) excluded: Vec<Lineage>,
}

/// The grants on these accounts.
pub(super) async fn grants_at(door: &mut Door, places: &[Lineage]) -> sqlx::Result<Vec<GrantAbove>> {
    sqlx::query_as(
        "select g.tenant_id, g.lineage, g.operator_id, coalesce(g.role::text, r.name, '') as role,
                array(select a.tenant_id from accounts a where a.tenant_id = any(g.excluded) order by a.lineage)
                    as excluded_ids,
                array(select a.lineage from accounts a where a.tenant_id = any(g.excluded) order by a.lineage) as excluded
         from grants g left join roles r on r.tenant_id = g.role_tenant and r.id = g.role_id
         where g.lineage = any($1)
         order by g.lineage, g.operator_id",
    )
    .bind(texts(places))
    .fetch_all(door.sql())
    .await
}

/// Addresses and names of operators.
pub(super) async fn operators(
    door: &mut Door,
    operators: &[OperatorId],
) -> sqlx::Result<Vec<(OperatorId, String, String)>> {
    sqlx::query_as("select id, name, email from operators where id = any($1)")
        .bind(operators)
        .fetch_all(door.sql())
        .await
}

/// The account at a place.
pub(super) async fn at(door: &mut Door, place: &Lineage) -> sqlx::Result<Option<AccountId>> {
    sqlx::query_scalar("select tenant_id from accounts where lineage = $1").bind(place).fetch_optional(door.sql()).await
}

/// An account as a plan needs it.
#[derive(Debug, FromRow)]
pub(super) struct Node {
    pub(super) lineage: Lineage,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) parent_id: Option<AccountId>,
}

pub(super) async fn node(scope: &mut Scope, account: AccountId) -> sqlx::Result<Option<Node>> {
    sqlx::query_as(
        "select lineage, kind, name, key, parent_id from accounts where tenant_id = $1 and erased_at is null",
    )
    .bind(account)
    .fetch_optional(scope.sql())
    .await
}

/// How many accounts a subtree has, and how many levels.
pub(super) async fn extent(scope: &mut Scope, subtree: &Lineage) -> sqlx::Result<(i64, i32)> {
    sqlx::query_as(
        "select count(*) filter (where erased_at is null), coalesce(max(length(lineage) - length(replace(lineage, '/', ''))), 1) - $3
         from accounts where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"",
    )
    .bind(subtree)
    .bind(subtree.end())
    .bind(i32::try_from(subtree.depth()).unwrap_or(i32::MAX))
    .fetch_one(scope.sql())
    .await
}

/// Whether something in a subtree is to be deleted.
pub(super) async fn has_deletion(scope: &mut Scope, subtree: &Lineage) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from deletions where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\")",
    )
    .bind(subtree)
    .bind(subtree.end())
    .fetch_one(scope.sql())
    .await
}

/// Roles that grants of a subtree use and that none of these places, nor the subtree itself, made.
pub(super) async fn foreign_roles(
    scope: &mut Scope,
    subtree: &Lineage,
    known_at: &[Lineage],
) -> sqlx::Result<Vec<(String, AccountId, i64)>> {
    sqlx::query_as(
        "select r.name, r.tenant_id, count(*)
         from grants g join roles r on r.tenant_id = g.role_tenant and r.id = g.role_id
         where g.lineage >= $1 collate \"C\" and g.lineage < $2 collate \"C\"
           and not (r.lineage >= $1 collate \"C\" and r.lineage < $2 collate \"C\")
           and not (r.lineage = any($3))
         group by r.name, r.tenant_id, r.id order by r.name, r.id",
    )
    .bind(subtree)
    .bind(subtree.end())
    .bind(texts(known_at))
    .fetch_all(scope.sql())
    .await
}

/// False where one waits already.
pub(super) async fn insert(
    scope: &mut Scope,
    id: MoveId,
    account: AccountId,
    place: &Lineage,
    (from, to): (AccountId, AccountId),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let by = scope.actor().to_string();
    sqlx::query(
        "insert into moves (tenant_id, lineage, id, from_parent, to_parent, requested_by, requested_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id) where state = 'queued' do nothing",
    )
    .bind(account)
    .bind(place)
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(by)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// The moves of the scope's account, the latest first. Parents that `top` does not contain are out of sight.
pub(super) async fn list(scope: &mut Scope, account: AccountId, page: &PageRequest) -> Result<Vec<Move>, AccessError> {
    let (at, id) = page.after_time()?;
    Ok(sqlx::query_as(
        "select m.id, f.tenant_id as from_parent, t.tenant_id as to_parent, m.state, m.requested_at, m.ended_at, m.result
         from moves m
         left join accounts f on f.tenant_id = m.from_parent
         left join accounts t on t.tenant_id = m.to_parent
         where m.tenant_id = $1 and ($2::timestamptz is null or (m.requested_at, m.id) < ($2, $3))
         order by m.requested_at desc, m.id desc limit $4",
    )
    .bind(account)
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?)
}

/// The parent to come to and who asked, while the move waits; locked until the transaction ends.
pub(super) async fn lock(
    scope: &mut Scope,
    account: AccountId,
    id: MoveId,
) -> sqlx::Result<Option<(AccountId, AccountId, String)>> {
    sqlx::query_as(
        "select from_parent, to_parent, requested_by from moves
         where tenant_id = $1 and id = $2 and state = 'queued' for update",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(scope.sql())
    .await
}

pub(super) async fn end(
    scope: &mut Scope,
    account: AccountId,
    id: MoveId,
    state: &'static str,
    result: Option<Value>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("update moves set state = $3, result = $4, ended_at = $5 where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(id)
        .bind(state)
        .bind(result)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Changes of the tree wait for each other: until this transaction ends, this one has its turn, and as much time as a
/// large subtree takes.
pub(crate) async fn take_turn(scope: &mut Scope) -> Result<(), StoreError> {
    scope.take_time().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(7_221_748_i64).execute(scope.sql()).await?;
    Ok(())
}

/// Locks the accounts of a subtree against whoever would write there, and its new parent against a move of its own.
pub(crate) async fn lock_subtree(scope: &mut Scope, subtree: &Lineage) -> sqlx::Result<()> {
    sqlx::query(
        "select tenant_id from accounts where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"
         order by lineage for update",
    )
    .bind(subtree)
    .bind(subtree.end())
    .fetch_all(scope.sql())
    .await
    .map(drop)
}

/// Gives the accounts of a subtree their new places.
pub(super) async fn relocate(
    scope: &mut Scope,
    account: AccountId,
    parent: AccountId,
    from: &Lineage,
    to: &Lineage,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "update accounts
         set lineage = $4 || substr(lineage, length($3) + 1),
             parent_id = case when tenant_id = $1 then $2 else parent_id end
         where lineage >= $3 collate \"C\" and lineage < $5 collate \"C\"",
    )
    .bind(account)
    .bind(parent)
    .bind(from)
    .bind(to)
    .bind(from.end())
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected())
}
