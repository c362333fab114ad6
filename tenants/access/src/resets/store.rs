//! The SQL of forgotten passwords.

use bailiwick_store::{At, Door, OperatorId, Ops, Scope};
use jiff::Timestamp;

use super::ResetId;

/// Links that an operator was given since.
pub(super) async fn count_since(door: &mut Door, operator: OperatorId, since: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from password_resets where operator_id = $1 and created_at > $2")
        .bind(operator)
        .bind(At(since))
        .fetch_one(door.sql())
        .await
}

pub(super) async fn insert(
    scope: &mut Scope,
    id: ResetId,
    operator: OperatorId,
    hash: &[u8; 32],
    now: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into password_resets (id, operator_id, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(operator)
    .bind(hash.as_slice())
    .bind(At(now))
    .bind(At(expires_at))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Whose password a link that still works may set.
pub(super) async fn find(
    door: &mut Door,
    hash: &[u8; 32],
    now: Timestamp,
) -> sqlx::Result<Option<(ResetId, OperatorId)>> {
    sqlx::query_as(
        "select id, operator_id from password_resets where token_hash = $1 and used_at is null and expires_at > $2",
    )
    .bind(hash.as_slice())
    .bind(At(now))
    .fetch_optional(door.sql())
    .await
}

/// Uses a link up; false where it does not work any more.
pub(super) async fn use_up(scope: &mut Scope, id: ResetId, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query("update password_resets set used_at = $2 where id = $1 and used_at is null and expires_at > $2")
        .bind(id)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Ends every link of an operator that still works; returns how many.
pub(crate) async fn end_all(scope: &mut Scope, operator: OperatorId, now: Timestamp) -> sqlx::Result<u64> {
    sqlx::query(
        "update password_resets set used_at = $2 where operator_id = $1 and used_at is null and expires_at > $2",
    )
    .bind(operator)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected())
}

pub(super) async fn purge(ops: &mut Ops, before: Timestamp) -> sqlx::Result<u64> {
    sqlx::query("delete from password_resets where expires_at < $1")
        .bind(At(before))
        .execute(ops.sql())
        .await
        .map(|done| done.rows_affected())
}
