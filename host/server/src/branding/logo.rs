//! `PUT` and `DELETE /accounts/{id}/branding/logo`: a PNG, decoded and drawn anew before it is kept.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use bailiwick_access::branding::Logo;

use super::BrandingView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Sets the logo: a PNG of 16 to 1,024 pixels an edge and at most 1 MiB.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/branding/logo", tag = "branding", params(AccountAt),
    request_body(content = Vec<u8>, content_type = "image/png"), responses((status = 200, body = BrandingView)))]
pub(super) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<BrandingView>, Problem> {
    let png = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "image/png");
    if !png {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send image/png."));
    }
    // decoding takes a while, and is not the workers'
    let logo = tokio::task::spawn_blocking(move || Logo::read(&bytes)).await.map_err(|e| Problem::internal(&e))??;
    Ok(Json(app.access().set_logo(&caller.principal, at.id, Some(logo)).await?.into()))
}

/// Takes the account's own logo away; it wears the one from above again.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/branding/logo", tag = "branding", params(AccountAt),
    responses((status = 200, body = BrandingView)))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Json<BrandingView>, Problem> {
    Ok(Json(app.access().set_logo(&caller.principal, at.id, None).await?.into()))
}
