use axum::{http::StatusCode, response::Response};
use bailiwick_devices::devices;

use super::DeviceAt;
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageDevices},
};

/// Retires a device: it leaves the lists, its alerts clear, and later reports of it are ignored until it is restored.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/devices/{device_id}", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt), responses((status = 204)))]
pub(super) async fn retire(mut work: Authorized<ManageDevices>, Path(at): Path<DeviceAt>) -> Result<Response, Problem> {
    let now = work.app.store().now();
    devices::retire(&mut work.scope, at.device_id, now).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}
