use axum::{extract::State, http::StatusCode};

use super::TokenAt;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Revokes a token of this account.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/tokens/{token_id}", tag = "tokens",
    params(AccountAt, TokenAt), responses((status = 204)))]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<TokenAt>,
) -> Result<StatusCode, Problem> {
    app.access().revoke_token(&caller.principal, account.id, at.token_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
