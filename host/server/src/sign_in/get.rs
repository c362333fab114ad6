//! `GET /accounts/{id}/sign-in`.

use axum::{Json, extract::State};

use super::SettingsView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// The provider that signs an account's people in, without its secret, and the domains that it speaks for.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sign-in", tag = "sign_in", params(AccountAt),
    responses((status = 200, body = SettingsView)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Json<SettingsView>, Problem> {
    let settings = app.access().sso(&caller.principal, at.id).await?;
    Ok(Json(SettingsView::of(&app, settings)))
}
