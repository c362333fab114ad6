//! The SQL of passkeys. Every scope here is its operator's own: the policies show it no other's.

use bailiwick_store::{At, Door, OperatorId, Ops, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::ceremony::Made;
use super::{Party, Passkey, PasskeyId};

/// A passkey as an answer is checked against it.
#[derive(Debug, FromRow)]
pub(super) struct Known {
    pub(super) id: PasskeyId,
    pub(super) operator_id: OperatorId,
    pub(super) key: Vec<u8>,
    pub(super) state: Vec<u8>,
}

/// By the credential that an answer names.
pub(super) async fn find(door: &mut Door, credential: &[u8], party: &Party) -> sqlx::Result<Option<Known>> {
    sqlx::query_as("select id, operator_id, key, state from passkeys where credential_id = $1 and party = $2")
        .bind(credential)
        .bind(party.id())
        .fetch_optional(door.sql())
        .await
}

/// The operators among these who have a passkey.
pub(crate) async fn having(door: &mut Door, operators: &[OperatorId]) -> sqlx::Result<Vec<OperatorId>> {
    sqlx::query_scalar("select distinct operator_id from passkeys where operator_id = any($1)")
        .bind(operators)
        .fetch_all(door.sql())
        .await
}

pub(super) async fn list(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Vec<Passkey>> {
    sqlx::query_as(
        "select id, name, party, created_at, last_used_at from passkeys where operator_id = $1
         order by created_at, id",
    )
    .bind(operator)
    .fetch_all(scope.sql())
    .await
}

/// Credentials of an operator under this host name.
pub(super) async fn credentials(scope: &mut Scope, operator: OperatorId, party: &Party) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar("select credential_id from passkeys where operator_id = $1 and party = $2")
        .bind(operator)
        .bind(party.id())
        .fetch_all(scope.sql())
        .await
}

pub(super) async fn insert(
    scope: &mut Scope,
    id: PasskeyId,
    operator: OperatorId,
    party: &Party,
    name: &str,
    made: &Made,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into passkeys (id, operator_id, party, credential_id, name, key, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(operator)
    .bind(party.id())
    .bind(&made.credential)
    .bind(name)
    .bind(&made.key)
    .bind(&made.state)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Notes the use of a passkey; false where it is gone, or was used since it was looked at.
pub(super) async fn used(scope: &mut Scope, known: &Known, state: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query("update passkeys set state = $3, last_used_at = $4 where id = $1 and state = $2")
        .bind(known.id)
        .bind(&known.state)
        .bind(state)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// False where the challenge was answered before.
pub(super) async fn answer(
    scope: &mut Scope,
    operator: OperatorId,
    challenge: &[u8; 32],
    expires_at: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query(
        "insert into answered_challenges (challenge_hash, operator_id, expires_at) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(challenge.as_slice())
    .bind(operator)
    .bind(At(expires_at))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// The name before; none where the operator has no such passkey.
pub(super) async fn rename(
    scope: &mut Scope,
    operator: OperatorId,
    id: PasskeyId,
    name: &str,
) -> sqlx::Result<Option<(String, Passkey)>> {
    let before: Option<String> =
        sqlx::query_scalar("select name from passkeys where id = $1 and operator_id = $2 for update")
            .bind(id)
            .bind(operator)
            .fetch_optional(scope.sql())
            .await?;
    let Some(before) = before else { return Ok(None) };
    let after = sqlx::query_as(
        "update passkeys set name = $2 where id = $1 returning id, name, party, created_at, last_used_at",
    )
    .bind(id)
    .bind(name)
    .fetch_one(scope.sql())
    .await?;
    Ok(Some((before, after)))
}

/// The name that it had; none where the operator has no such passkey.
pub(super) async fn delete(scope: &mut Scope, operator: OperatorId, id: PasskeyId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("delete from passkeys where id = $1 and operator_id = $2 returning name")
        .bind(id)
        .bind(operator)
        .fetch_optional(scope.sql())
        .await
}

/// Holds the operator's passkeys as they are until the transaction ends: of two calls that take one away each, the
/// second sees what is left.
pub(super) async fn lock(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<i64> {
    let held: Vec<PasskeyId> =
        sqlx::query_scalar("select id from passkeys where operator_id = $1 order by id for update")
            .bind(operator)
            .fetch_all(scope.sql())
            .await?;
    Ok(i64::try_from(held.len()).unwrap_or(i64::MAX))
}

pub(crate) async fn purge_answered(ops: &mut Ops, before: Timestamp) -> sqlx::Result<()> {
    sqlx::query("delete from answered_challenges where expires_at < $1")
        .bind(At(before))
        .execute(ops.sql())
        .await
        .map(drop)
}

/// Takes away all passkeys of the operator of the scope.
pub(crate) async fn strip(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    sqlx::query("delete from passkeys where operator_id = $1").bind(operator).execute(scope.sql()).await.map(drop)
}
