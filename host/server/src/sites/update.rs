//! `PATCH /accounts/{id}/sites/{sid}`: what is absent stays.

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::sites::{self, SiteChange};
use bailiwick_text::{Address, Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SiteAt, SiteSettings, SiteView};
use crate::{
    edge::{
        Json, Path, Problem,
        input::{given, object},
    },
    work::{Authorized, permission::ManageSites},
};

/// What is to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SitePatch)]
pub(super) struct Body {
    name: Option<Name>,
    /// The postal address; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Address>)]
    address: Option<Option<Address>>,
    /// How it is swept and polled.
    #[serde(default, deserialize_with = "object")]
    settings: SiteSettings,
}

/// Changes a site.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}/sites/{site_id}", tag = "sites",
    params(("id" = Uuid, Path, description = "The account."), SiteAt),
    request_body = Body, responses((status = 200, body = SiteView)))]
pub(super) async fn update(
    mut work: Authorized<ManageSites>,
    Path(at): Path<SiteAt>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let change = SiteChange {
        name: body.name.map(Name::into_string),
        address: body.address.map(|address| address.map(Address::into_string)),
        ranges: body.settings.ranges.clone(),
        poll_seconds: body.settings.poll_seconds,
        sweep_seconds: body.settings.sweep_seconds,
        communities: body.settings.communities(),
    };
    let app = work.app.clone();
    let site = sites::update(&mut work.scope, app.sealing_key(), at.site_id, change).await?;
    work.into_inner().reply(StatusCode::OK, &SiteView::from(site)).await
}
