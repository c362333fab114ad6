//! The SQL of facts as they are read; ingest writes them.

use bailiwick_store::{At, EnrollmentId, Scope, StoreError};

#[derive(sqlx::FromRow)]
pub(super) struct FactRow {
    pub(super) attribute: String,
    pub(super) value: serde_json::Value,
    pub(super) changed_at: At,
    pub(super) ended_at: Option<At>,
}

pub(super) async fn of_enrollment(scope: &mut Scope, id: EnrollmentId) -> Result<Vec<FactRow>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select attribute, value, changed_at, ended_at from facts
         where tenant_id = $1 and enrollment_id = $2 order by attribute",
    )
    .bind(account)
    .bind(id)
    .fetch_all(scope.sql())
    .await?)
}
