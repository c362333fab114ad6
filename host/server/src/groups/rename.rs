use axum::{http::StatusCode, response::Response};
use bailiwick_devices::groups;

use super::{Body, GroupAt, GroupView};
use crate::{
    edge::{Json, Path, Problem},
    work::{Authorized, permission::ManageDevices},
};

/// Gives a group another name.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}/groups/{group_id}", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), GroupAt),
    request_body = Body, responses((status = 200, body = GroupView)))]
pub(super) async fn rename(
    mut work: Authorized<ManageDevices>,
    Path(at): Path<GroupAt>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let group = groups::rename(&mut work.scope, at.group_id, body.name.as_str()).await?;
    work.into_inner().reply(StatusCode::OK, &GroupView::from(group)).await
}
