use axum::{Json, extract::State};

use super::{AccountAt, AccountView, views};
use crate::{
    App,
    caller::Caller,
    edge::{Path, Problem},
};

/// One account.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "accounts", params(AccountAt),
    responses((status = 200, body = AccountView)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(views::one(&app, &caller.principal, at.id).await?))
}
