//! Keys and their answers: `idempotency_keys`, of the scope's account and actor.

use bailiwick_store::{At, Scope, StoreError};
use sqlx::Row as _;

use super::idempotency::{Claim, Kept, Pending};

/// Waits for another call with the same key that has not ended yet; false when the key is taken.
pub(super) async fn claim(scope: &mut Scope, pending: &Pending, claim: Claim, now: At) -> Result<bool, StoreError> {
    let (account, principal) = (scope.account(), scope.actor().to_string());
    let done = sqlx::query(
        "insert into idempotency_keys (tenant_id, principal, key, request_hash, status, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(account)
    .bind(principal)
    .bind(&pending.key)
    .bind(pending.request.as_slice())
    .bind(claim.status())
    .bind(now)
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn kept(scope: &mut Scope, key: &str) -> Result<Option<Kept>, StoreError> {
    let (account, principal) = (scope.account(), scope.actor().to_string());
    let row = sqlx::query(
        "select request_hash, status, answer, created_at from idempotency_keys
         where tenant_id = $1 and principal = $2 and key = $3",
    )
    .bind(account)
    .bind(principal)
    .bind(key)
    .fetch_optional(scope.sql())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let At(claimed_at) = row.try_get(3)?;
    Ok(Some(Kept { request: row.try_get(0)?, status: row.try_get(1)?, answer: row.try_get(2)?, claimed_at }))
}

pub(super) async fn keep(scope: &mut Scope, key: &str, status: i32, answer: Option<&[u8]>) -> Result<(), StoreError> {
    let (account, principal) = (scope.account(), scope.actor().to_string());
    sqlx::query(
        "update idempotency_keys set status = $4, answer = $5
         where tenant_id = $1 and principal = $2 and key = $3",
    )
    .bind(account)
    .bind(principal)
    .bind(key)
    .bind(status)
    .bind(answer)
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn free(scope: &mut Scope, key: &str) -> Result<(), StoreError> {
    let (account, principal) = (scope.account(), scope.actor().to_string());
    sqlx::query("delete from idempotency_keys where tenant_id = $1 and principal = $2 and key = $3")
        .bind(account)
        .bind(principal)
        .bind(key)
        .execute(scope.sql())
        .await?;
    Ok(())
}
