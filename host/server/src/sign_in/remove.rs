use axum::{extract::State, http::StatusCode};

use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Takes an account's provider away, with the roles and sessions that came by it.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sign-in", tag = "sign_in", params(AccountAt),
    responses((status = 204)))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<StatusCode, Problem> {
    app.access().remove_sso(&caller.principal, at.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
