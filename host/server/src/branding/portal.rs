//! What a portal wears before anybody has signed in: told by the host name of the call, to everybody.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bailiwick_access::branding::LogoHash;
use serde::Deserialize;
use utoipa::IntoParams;

use super::BrandView;
use crate::{
    App,
    edge::{Host, Path, Problem},
};

/// The brand of the portal under this host name.
#[utoipa::path(get, path = "/api/v1/branding", tag = "branding", operation_id = "portal",
    responses((status = 200, body = BrandView)))]
pub(super) async fn brand(State(app): State<App>, Host(host): Host) -> Result<Json<BrandView>, Problem> {
    Ok(Json(app.access().brand_of_host(host.as_ref()).await?.into()))
}

/// Which logo.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct LogoAt {
    /// Its hash, as `logo_url` has it.
    #[param(value_type = String)]
    hash: LogoHash,
}

/// A logo: a PNG that never changes under its name.
#[utoipa::path(get, path = "/api/v1/branding/logos/{hash}", tag = "branding", operation_id = "logo", params(LogoAt),
    responses((status = 200, content_type = "image/png", body = Vec<u8>)))]
pub(super) async fn logo(State(app): State<App>, Path(at): Path<LogoAt>) -> Result<Response, Problem> {
    let bytes = app.access().logo(at.hash).await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        // a picture, whatever a browser is told of it
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((head, bytes).into_response())
}
