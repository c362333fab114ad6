use axum::{extract::State, http::StatusCode};

use super::OperatorAt;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Takes the role that an operator holds on this very account, and revokes the tokens that it made here and below.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/operators/{operator_id}", tag = "operators",
    params(AccountAt, OperatorAt), responses((status = 204)))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<OperatorAt>,
) -> Result<StatusCode, Problem> {
    app.access().remove_operator(&caller.principal, account.id, at.operator_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
