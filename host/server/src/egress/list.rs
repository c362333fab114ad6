use axum::response::Response;
use bailiwick_egress::hosts;

use super::HostView;
use crate::{
    edge::{Format, List, Page, Problem, Query},
    work::{Authorized, permission::ManageEgress},
};

/// Hosts that this account named itself. Those of the accounts above hold here too.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/egress", tag = "egress",
    params(("id" = Uuid, Path, description = "The account."), Page), responses((status = 200, body = List<HostView>)))]
pub(super) async fn list(
    mut work: Authorized<ManageEgress>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = hosts::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, HostView::from))
}
