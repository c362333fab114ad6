//! The SQL of views: columns of the session.

use bailiwick_store::{AccountId, At, OperatorId, Scope};
use sqlx::FromRow;

use super::Seat;
use crate::sessions::SessionId;

/// False where the session is not the operator's or ended meanwhile.
pub(super) async fn begin(scope: &mut Scope, operator: OperatorId, seat: &Seat) -> sqlx::Result<bool> {
    sqlx::query(
        "update sessions set viewing_as = $3, viewing_at = $4, viewing_until = $5, viewing_through = $6
         where id = $1 and operator_id = $2 and revoked_at is null",
    )
    .bind(seat.session)
    .bind(operator)
    .bind(seat.whom)
    .bind(seat.at)
    .bind(At(seat.until))
    .bind(&seat.through)
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// False where this very view is over already.
pub(super) async fn end(scope: &mut Scope, operator: OperatorId, seat: &Seat) -> sqlx::Result<bool> {
    sqlx::query(
        "update sessions set viewing_as = null, viewing_at = null, viewing_until = null, viewing_through = '{}'
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

/// The other accounts whose grants a session's view looks through.
pub(super) async fn through(
    scope: &mut Scope,
    operator: OperatorId,
    session: SessionId,
) -> sqlx::Result<Vec<AccountId>> {
    let found: Option<Vec<AccountId>> =
        sqlx::query_scalar("select viewing_through from sessions where id = $1 and operator_id = $2")
            .bind(session)
            .bind(operator)
            .fetch_optional(scope.sql())
            .await?;
    Ok(found.unwrap_or_default())
}

/// Views of an operator's sessions that were ended.
pub(super) async fn ended(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Vec<Seat>> {
    #[derive(FromRow)]
    struct Row {
        id: SessionId,
        viewing_as: OperatorId,
        viewing_at: AccountId,
        viewing_until: At,
        viewing_through: Vec<AccountId>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select id, viewing_as, viewing_at, viewing_until, viewing_through from sessions
         where operator_id = $1 and revoked_at is not null and viewing_as is not null",
    )
    .bind(operator)
    .fetch_all(scope.sql())
    .await?;
    let seat = |row: Row| Seat {
        session: row.id,
        whom: row.viewing_as,
        at: row.viewing_at,
        through: row.viewing_through,
        until: row.viewing_until.0,
    };
    Ok(rows.into_iter().map(seat).collect())
}

/// Those of these accounts that are still there and seen.
pub(super) async fn there(scope: &mut Scope, accounts: &[AccountId]) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar(
        "select tenant_id from accounts where tenant_id = any($1) and erased_at is null order by lineage",
    )
    .bind(accounts)
    .fetch_all(scope.sql())
    .await
}
