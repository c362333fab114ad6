use axum::response::Response;
use bailiwick_devices::groups;

use super::GroupView;
use crate::{
    edge::{Format, List, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// The groups of an account and its subtree, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/groups", tag = "groups",
    params(("id" = Uuid, Path, description = "The account.")),
    responses((status = 200, body = List<GroupView>)))]
pub(super) async fn list(mut work: Authorized<ViewDevices>, form: Format) -> Result<Response, Problem> {
    let found = groups::list(&mut work.scope).await?;
    form.reply(List::whole(found.into_iter().map(GroupView::from).collect()))
}
