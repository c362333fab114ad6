//! The SQL of views: columns of the session.

use bailiwick_store::{AccountId, At, Door, Lineage, OperatorId, Scope};

use super::Seat;
use crate::sessions::SessionId;

/// False where the session is not the operator's or ended meanwhile.
pub(super) async fn begin(scope: &mut Scope, operator: OperatorId, seat: Seat) -> sqlx::Result<bool> {
    sqlx::query(
        "update sessions set viewing_as = $3, viewing_at = $4, viewing_until = $5
         where id = $1 and operator_id = $2 and revoked_at is null",
    )
    .bind(seat.session)
    .bind(operator)
    .bind(seat.whom)
    .bind(seat.at)
    .bind(At(seat.until))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// False where this very view is over already.
pub(super) async fn end(scope: &mut Scope, operator: OperatorId, seat: Seat) -> sqlx::Result<bool> {
    sqlx::query(
        "update sessions set viewing_as = null, viewing_at = null, viewing_until = null
         where id = $1 and operator_id = $2 and viewing_as = $3 and viewing_at = $4 and viewing_until = $5",
    )
    .bind(seat.session)
    .bind(operator)
    .bind(seat.whom)
    .bind(seat.at)
    .bind(At(seat.until))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Views of an operator's sessions that were ended.
pub(super) async fn ended(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Vec<Seat>> {
    let rows: Vec<(SessionId, OperatorId, AccountId, At)> = sqlx::query_as(
        "select id, viewing_as, viewing_at, viewing_until from sessions
         where operator_id = $1 and revoked_at is not null and viewing_as is not null",
    )
    .bind(operator)
    .fetch_all(scope.sql())
    .await?;
    let seat =
        |(session, whom, at, until): (SessionId, OperatorId, AccountId, At)| Seat { session, whom, at, until: until.0 };
    Ok(rows.into_iter().map(seat).collect())
}

/// Where an account is, whoever asks.
pub(super) async fn place(door: &mut Door, account: AccountId) -> sqlx::Result<Option<Lineage>> {
    sqlx::query_scalar("select lineage from accounts where tenant_id = $1")
        .bind(account)
        .fetch_optional(door.sql())
        .await
}
