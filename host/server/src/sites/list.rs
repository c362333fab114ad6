use axum::response::Response;
use bailiwick_devices::sites;

use super::SiteView;
use crate::{
    edge::{Format, List, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// The sites of an account and its subtree, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sites", tag = "sites",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<SiteView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = sites::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, SiteView::from))
}
