use axum::{http::StatusCode, response::Response};
use bailiwick_devices::groups;

use super::{Body, GroupView};
use crate::{
    edge::{Json, Problem},
    work::{Authorized, permission::ManageDevices},
};

/// Makes a group of this account, empty.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/groups", tag = "groups",
    params(("id" = Uuid, Path, description = "The account.")),
    request_body = Body, responses((status = 201, body = GroupView)))]
pub(super) async fn create(mut work: Authorized<ManageDevices>, Json(body): Json<Body>) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let group = groups::create(&mut work.scope, body.name.as_str(), now).await?;
    work.into_inner().reply(StatusCode::CREATED, &GroupView::from(group)).await
}
