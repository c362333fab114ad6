use axum::response::Response;
use bailiwick_devices::groups;

use super::GroupView;
use crate::{
    edge::{Format, List, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// The groups of an account and its subtree, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/groups", tag = "groups",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<GroupView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = groups::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, GroupView::from))
}
