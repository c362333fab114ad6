use axum::{http::StatusCode, response::Response};
use bailiwick_devices::devices;

use super::{DeviceAt, DeviceView};
use crate::{
    edge::{Locale, Path, Problem},
    events::Kind,
    work::{Authorized, permission::ManageDevices},
};

/// Brings a retired device back: it is in the lists again, with its history, and the next report of it counts.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/devices/{device_id}/restore", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt),
    responses((status = 200, body = DeviceView)))]
pub(super) async fn restore(
    mut work: Authorized<ManageDevices>,
    Path(at): Path<DeviceAt>,
    locale: Locale,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let store = work.app.store().clone();
    let device = devices::restore(&store, &mut work.scope, at.device_id, now).await?;
    let (app, account, lineage) = (work.app.clone(), work.scope.account(), work.scope.lineage().clone());
    let reply = work.into_inner().reply(StatusCode::OK, &DeviceView::new(device, app.drivers(), locale)).await?;
    app.bus().poke(Kind::Devices, account, &lineage);
    Ok(reply)
}
