//! `PATCH /accounts/{id}/devices/{did}`: name, site and ownership; what is absent stays.

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::{
    SiteId,
    devices::{self, DeviceChange, Ownership},
};
use bailiwick_text::Name;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{DeviceAt, DeviceView};
use crate::{
    edge::{Json, Locale, Path, Problem, input::given},
    work::{Authorized, permission::ManageDevices},
};

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DevicePatch)]
pub(super) struct Body {
    /// A name of its own; null goes back to the device's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Name>)]
    name: Option<Option<Name>>,
    /// The site that it belongs to; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    site_id: Option<Option<SiteId>>,
    /// `company` or `personal`; what may be collected follows from it.
    #[schema(value_type = Option<String>)]
    ownership: Option<Ownership>,
}

/// Changes a device.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}/devices/{device_id}", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt),
    request_body = Body, responses((status = 200, body = DeviceView)))]
pub(super) async fn update(
    mut work: Authorized<ManageDevices>,
    Path(at): Path<DeviceAt>,
    locale: Locale,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let change = DeviceChange {
        name: body.name.map(|name| name.map(Name::into_string)),
        site: body.site_id,
        ownership: body.ownership,
    };
    let device = devices::update(&mut work.scope, at.device_id, change, now).await?;
    let view = DeviceView::new(device, work.app.drivers(), locale);
    work.into_inner().reply(StatusCode::OK, &view).await
}
