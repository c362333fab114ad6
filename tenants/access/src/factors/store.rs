//! The SQL of second factors. Every scope here is its operator's own: the policies show it no other's.

use bailiwick_store::{AccountId, At, Door, OperatorId, Ops, Scope};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::{CHALLENGE_ATTEMPTS, Challenge};
use crate::sso::{ConnectionId, Through};

/// A factor as it is checked.
#[derive(Debug, FromRow)]
pub(super) struct Factor {
    pub(super) id: Uuid,
    pub(super) secret: Vec<u8>,
    pub(super) confirmed_at: Option<At>,
    pub(super) last_step: i64,
    pub(super) failures: i32,
    pub(super) failing_since: Option<At>,
}

/// The operators among these who have a second factor.
pub(crate) async fn having(door: &mut Door, operators: &[OperatorId]) -> sqlx::Result<Vec<OperatorId>> {
    sqlx::query_scalar(
        "select operator_id from second_factors where operator_id = any($1) and confirmed_at is not null",
    )
    .bind(operators)
    .fetch_all(door.sql())
    .await
}

/// The operator's factor, confirmed or not, locked until the transaction ends: of two calls with one code the second
/// sees that it was used.
pub(super) async fn lock(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Option<Factor>> {
    sqlx::query_as(
        "select id, secret, confirmed_at, last_step, failures, failing_since
         from second_factors where operator_id = $1 for update",
    )
    .bind(operator)
    .fetch_optional(scope.sql())
    .await
}

pub(super) async fn state(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<(Option<At>, i64)> {
    sqlx::query_as(
        "select (select confirmed_at from second_factors where operator_id = $1),
                (select count(*) from recovery_codes where operator_id = $1)",
    )
    .bind(operator)
    .fetch_one(scope.sql())
    .await
}

/// In place of one that was never confirmed.
pub(super) async fn begin(
    scope: &mut Scope,
    operator: OperatorId,
    id: Uuid,
    secret: &[u8],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("delete from second_factors where operator_id = $1 and confirmed_at is null")
        .bind(operator)
        .execute(scope.sql())
        .await?;
    sqlx::query("insert into second_factors (operator_id, id, secret, created_at) values ($1, $2, $3, $4)")
        .bind(operator)
        .bind(id)
        .bind(secret)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(super) async fn confirm(scope: &mut Scope, operator: OperatorId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update second_factors set confirmed_at = $2 where operator_id = $1")
        .bind(operator)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Notes the step whose code was taken, and that nothing fails any more.
pub(super) async fn taken(scope: &mut Scope, operator: OperatorId, step: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update second_factors set last_step = $2, failures = 0, failing_since = null
         where operator_id = $1",
    )
    .bind(operator)
    .bind(step)
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn failed(
    scope: &mut Scope,
    operator: OperatorId,
    failures: i32,
    since: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("update second_factors set failures = $2, failing_since = $3 where operator_id = $1")
        .bind(operator)
        .bind(failures)
        .bind(At(since))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// The factor with all codes.
pub(crate) async fn remove(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    forget_codes(scope, operator).await?;
    sqlx::query("delete from second_factors where operator_id = $1").bind(operator).execute(scope.sql()).await.map(drop)
}

pub(super) async fn forget_codes(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query("delete from recovery_codes where operator_id = $1").bind(operator).execute(scope.sql()).await.map(drop)
}

pub(super) async fn add_code(scope: &mut Scope, operator: OperatorId, hash: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query("insert into recovery_codes (operator_id, code_hash) values ($1, $2)")
        .bind(operator)
        .bind(hash.as_slice())
        .execute(scope.sql())
        .await
        .map(drop)
}

/// False where there is no such code any more.
pub(super) async fn use_code(scope: &mut Scope, operator: OperatorId, hash: &[u8; 32]) -> sqlx::Result<bool> {
    sqlx::query("delete from recovery_codes where operator_id = $1 and code_hash = $2")
        .bind(operator)
        .bind(hash.as_slice())
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

pub(super) async fn challenge(
    scope: &mut Scope,
    operator: OperatorId,
    hash: &[u8; 32],
    challenge: &Challenge,
    through: Option<&Through>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into sign_in_challenges (id, operator_id, token_hash, expires_at, sign_in_at, connection_id)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(Uuid::now_v7())
    .bind(operator)
    .bind(hash.as_slice())
    .bind(At(challenge.expires_at))
    .bind(through.map(|through| through.account))
    .bind(through.map(|through| through.connection))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// A challenge that waits for a code.
#[derive(Debug, FromRow)]
pub(crate) struct Asked {
    pub(crate) id: Uuid,
    pub(crate) operator_id: OperatorId,
    /// The account and its provider that proved the operator, where one did.
    pub(crate) sign_in_at: Option<AccountId>,
    pub(crate) connection_id: Option<ConnectionId>,
}

/// A challenge that has not ended.
pub(crate) async fn find_challenge(door: &mut Door, hash: &[u8; 32], now: Timestamp) -> sqlx::Result<Option<Asked>> {
    sqlx::query_as(
        "select id, operator_id, sign_in_at, connection_id from sign_in_challenges
         where token_hash = $1 and expires_at > $2",
    )
    .bind(hash.as_slice())
    .bind(At(now))
    .fetch_optional(door.sql())
    .await
}

/// Whoever touches challenges waits here for its turn, so that two of one operator never wait for each other.
async fn in_turn(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    lock(scope, operator).await.map(drop)
}

/// Counts an attempt on a challenge, which is locked until the transaction ends; false where it was used, or tried too
/// often.
pub(crate) async fn attempt(scope: &mut Scope, operator: OperatorId, challenge: Uuid) -> sqlx::Result<bool> {
    in_turn(scope, operator).await?;
    sqlx::query("update sign_in_challenges set attempts = attempts + 1 where id = $1 and attempts < $2")
        .bind(challenge)
        .bind(CHALLENGE_ATTEMPTS)
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Ends every sign-in of the operator that waits for a code; returns how many.
pub(crate) async fn forget_challenges(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<u64> {
    in_turn(scope, operator).await?;
    sqlx::query("delete from sign_in_challenges where operator_id = $1")
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected())
}

pub(crate) async fn purge_challenges(ops: &mut Ops, before: Timestamp) -> sqlx::Result<()> {
    sqlx::query("delete from sign_in_challenges where expires_at < $1")
        .bind(At(before))
        .execute(ops.sql())
        .await
        .map(drop)
}
