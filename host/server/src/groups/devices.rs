//! `/accounts/{id}/groups/{group_id}/devices/{device_id}`: which devices are in a group.

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::groups::{self, GroupId};
use bailiwick_store::DeviceId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageDevices},
};

/// Which device of which group.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct MemberAt {
    /// The group.
    #[param(value_type = Uuid)]
    group_id: GroupId,
    /// The device.
    #[param(value_type = Uuid)]
    device_id: DeviceId,
}

/// Puts a device into a group of its account; one that is in it stays in it.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/groups/{group_id}/devices/{device_id}", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), MemberAt), responses((status = 204)))]
pub(super) async fn add(mut work: Authorized<ManageDevices>, Path(at): Path<MemberAt>) -> Result<Response, Problem> {
    let now = work.app.store().now();
    groups::add(&mut work.scope, at.group_id, at.device_id, now).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}

/// Takes a device out of a group.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/groups/{group_id}/devices/{device_id}", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), MemberAt), responses((status = 204)))]
pub(super) async fn remove(mut work: Authorized<ManageDevices>, Path(at): Path<MemberAt>) -> Result<Response, Problem> {
    groups::remove(&mut work.scope, at.group_id, at.device_id).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}
