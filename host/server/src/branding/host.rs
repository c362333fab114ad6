use axum::{Json as Reply, extract::State};
use bailiwick_access::branding::HostName;
use serde::Deserialize;
use utoipa::ToSchema;

use super::BrandingView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// The portal's host name to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PortalHost)]
pub(super) struct Body {
    /// `portal.example.com`; null takes it away.
    host: Option<String>,
}

/// Gives the account's portal a host name. Only for who runs the platform: its certificate is set up there, and a name
/// is to be its owner's.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/branding/host", tag = "branding", params(AccountAt),
    request_body = Body, responses((status = 200, body = BrandingView)))]
pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<Body>,
) -> Result<Reply<BrandingView>, Problem> {
    let host = body.host.filter(|text| !text.is_empty()).map(|text| text.parse::<HostName>()).transpose();
    let host = host.map_err(|error| Problem::field("host", "invalid", error.to_string()))?;
    Ok(Reply(app.access().set_portal_host(&caller.principal, at.id, host).await?.into()))
}
