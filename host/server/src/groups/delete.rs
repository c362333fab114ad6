use axum::{http::StatusCode, response::Response};
use bailiwick_devices::groups;

use super::GroupAt;
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageDevices},
};

/// Deletes a group; its devices stay as they are.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/groups/{group_id}", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), GroupAt), responses((status = 204)))]
pub(super) async fn delete(mut work: Authorized<ManageDevices>, Path(at): Path<GroupAt>) -> Result<Response, Problem> {
    groups::delete(&mut work.scope, at.group_id).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}
