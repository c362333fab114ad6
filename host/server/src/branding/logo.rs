//! `PUT` and `DELETE /accounts/{id}/branding/logo`: a PNG, decoded and drawn anew before it is kept.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Request, State},
    http::{StatusCode, header},
};
use bailiwick_access::branding::Logo;

use super::BrandingView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem, input::body_problem},
    work::{Work, permission::ManageBranding},
};

/// Sets the logo: a PNG of 16 to 1,024 pixels an edge and at most 1 MiB.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/branding/logo", tag = "branding", params(AccountAt),
    request_body(content = Vec<u8>, content_type = "image/png"), responses((status = 200, body = BrandingView)))]
pub(super) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    request: Request,
) -> Result<Json<BrandingView>, Problem> {
    Work::check::<ManageBranding>(&app, &caller, at.id).await?;
    let png = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "image/png");
    if !png {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send image/png."));
    }
    let bytes = Bytes::from_request(request, &()).await.map_err(|e| body_problem(&e))?;
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
