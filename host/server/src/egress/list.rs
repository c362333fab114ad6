use axum::response::Response;
use bailiwick_egress::hosts;

use super::HostView;
use crate::{
    edge::{Format, List, Problem},
    work::{Authorized, permission::ManageEgress},
};

/// Hosts that this account named itself. Those of the accounts above hold here too.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/egress", tag = "egress",
    params(("id" = Uuid, Path, description = "The account.")), responses((status = 200, body = List<HostView>)))]
pub(super) async fn list(mut work: Authorized<ManageEgress>, form: Format) -> Result<Response, Problem> {
    let named = hosts::list(&mut work.scope).await?;
    form.reply(List::whole(named.into_iter().map(HostView::from).collect()))
}
