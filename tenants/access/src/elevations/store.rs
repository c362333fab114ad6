//! The SQL of elevations.

use crate::error::AccessError;
use bailiwick_store::{AccountId, At, Cursor, OperatorId, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Elevation, ElevationId};

#[derive(Debug, FromRow)]
pub(super) struct Row {
    pub(super) id: ElevationId,
    pub(super) operator_id: OperatorId,
    reason: String,
    began_at: At,
    expires_at: At,
    ended_at: Option<At>,
}

impl Row {
    /// Its place in the list.
    pub(super) fn place(&self) -> Cursor {
        Cursor::time(self.began_at.0, self.id.get())
    }

    pub(super) fn named(self, name: String, email: String) -> Elevation {
        Elevation {
            id: self.id,
            operator: self.operator_id,
            name,
            email,
            reason: self.reason,
            began_at: self.began_at.0,
            expires_at: self.expires_at.0,
            ended_at: self.ended_at.map(|at| at.0),
        }
    }
}

pub(super) async fn insert(
    scope: &mut Scope,
    id: ElevationId,
    operator: OperatorId,
    reason: &str,
    now: Timestamp,
    until: Timestamp,
) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into elevations (tenant_id, lineage, id, operator_id, reason, began_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(operator)
    .bind(reason)
    .bind(At(now))
    .bind(At(until))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Of this very account, newest first.
pub(super) async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Vec<Row>, AccessError> {
    let account = scope.account();
    let (at, id) = page.after_time()?;
    Ok(sqlx::query_as(
        "select id, operator_id, reason, began_at, expires_at, ended_at from elevations
         where tenant_id = $1 and ($2::timestamptz is null or (began_at, id) < ($2, $3))
         order by began_at desc, id desc limit $4",
    )
    .bind(account)
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?)
}

/// Ends those of an operator, or all, on this very account; gives which.
pub(super) async fn end(
    scope: &mut Scope,
    of: Option<OperatorId>,
    now: Timestamp,
) -> sqlx::Result<Vec<(ElevationId, OperatorId)>> {
    let account = scope.account();
    sqlx::query_as(
        "update elevations set ended_at = $3
         where tenant_id = $1 and ($2::uuid is null or operator_id = $2) and ended_at is null and expires_at > $3
         returning id, operator_id",
    )
    .bind(account)
    .bind(of)
    .bind(At(now))
    .fetch_all(scope.sql())
    .await
}

/// Ends those of an operator wherever the scope sees them; gives which, and of which account.
pub(crate) async fn end_everywhere(
    scope: &mut Scope,
    operator: OperatorId,
    now: Timestamp,
) -> sqlx::Result<Vec<(AccountId, ElevationId)>> {
    sqlx::query_as(
        "update elevations set ended_at = $2 where operator_id = $1 and ended_at is null and expires_at > $2
         returning tenant_id, id",
    )
    .bind(operator)
    .bind(At(now))
    .fetch_all(scope.sql())
    .await
}
