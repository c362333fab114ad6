use axum::{Json, extract::State};

use super::BrandingView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// An account's brand: what it says itself, and what it wears with what it inherits.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/branding", tag = "branding", params(AccountAt),
    responses((status = 200, body = BrandingView)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Json<BrandingView>, Problem> {
    Ok(Json(app.access().branding(&caller.principal, at.id).await?.into()))
}
