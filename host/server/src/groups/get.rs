use axum::Json;
use bailiwick_devices::groups;

use super::{GroupAt, GroupView};
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// One group. Its devices are a list: `GET /accounts/{id}/devices?group=`.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/groups/{group_id}", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), GroupAt),
    responses((status = 200, body = GroupView)))]
pub(super) async fn get(
    mut work: Authorized<ViewDevices>,
    Path(at): Path<GroupAt>,
) -> Result<Json<GroupView>, Problem> {
    Ok(Json(groups::get(&mut work.scope, at.group_id).await?.into()))
}
