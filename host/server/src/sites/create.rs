//! `POST /accounts/{id}/sites`: a site with its ranges; its communities are written and never read back.

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::sites::{self, NewSite};
use bailiwick_text::{Address, Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SiteSettings, SiteView};
use crate::{
    edge::{Json, Problem, input::object},
    work::{Authorized, permission::ManageSites},
};

/// A site to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSite)]
pub(super) struct Body {
    name: Name,
    /// The postal address, for people.
    address: Option<Address>,
    /// How it is swept and polled.
    #[serde(default, deserialize_with = "object")]
    settings: SiteSettings,
}

/// Adds a site to this account.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/sites", tag = "sites",
    params(("id" = Uuid, Path, description = "The account.")),
    request_body = Body, responses((status = 201, body = SiteView)))]
pub(super) async fn create(mut work: Authorized<ManageSites>, Json(body): Json<Body>) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let site = NewSite {
        name: body.name.into_string(),
        address: body.address.map(Address::into_string),
        ranges: body.settings.ranges.clone().unwrap_or_default(),
        poll_seconds: body.settings.poll_seconds.unwrap_or(NewSite::POLL_SECONDS),
        sweep_seconds: body.settings.sweep_seconds.unwrap_or(NewSite::SWEEP_SECONDS),
        communities: body.settings.communities().unwrap_or_default(),
    };
    let app = work.app.clone();
    let site = sites::create(&mut work.scope, app.sealing_key(), site, now).await?;
    work.into_inner().reply(StatusCode::CREATED, &SiteView::from(site)).await
}
