use axum::response::Response;
use bailiwick_devices::collectors;

use super::view::CollectorView;
use crate::{
    edge::{Format, List, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// The collectors of an account and its subtree, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/collectors", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<CollectorView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let found = collectors::list(&mut work.scope, &page.request()?, now).await?;
    form.reply(List::of(found, CollectorView::from))
}
