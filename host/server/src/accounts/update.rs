use axum::{Json as Reply, extract::State};
use bailiwick_text::Name;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountAt, AccountView, views};
use crate::{
    App,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountPatch)]
pub(super) struct Body {
    name: Name,
}

/// Renames an account.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts", params(AccountAt),
    request_body = Body, responses((status = 200, body = AccountView)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<Body>,
) -> Result<Reply<AccountView>, Problem> {
    app.access().rename_account(&caller.principal, at.id, body.name.as_str()).await?;
    Ok(Reply(views::one(&app, &caller.principal, at.id).await?))
}
