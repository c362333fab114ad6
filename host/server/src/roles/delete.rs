use axum::{extract::State, http::StatusCode};

use super::RoleAt;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Deletes a role that this very account made and nobody holds.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/roles/{role_id}", tag = "roles", params(AccountAt, RoleAt),
    responses((status = 204)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<RoleAt>,
) -> Result<StatusCode, Problem> {
    app.access().delete_role(&caller.principal, account.id, at.role_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
