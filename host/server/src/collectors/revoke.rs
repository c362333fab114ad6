use axum::{http::StatusCode, response::Response};
use bailiwick_devices::collectors;

use super::CollectorAt;
use crate::{
    edge::{Path, Problem},
    events::Kind,
    work::{Authorized, permission::ManageCollectors},
};

/// Revokes a collector: its key is worth nothing from now on.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/collectors/{collector_id}", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), CollectorAt), responses((status = 204)))]
pub(super) async fn revoke(
    mut work: Authorized<ManageCollectors>,
    Path(at): Path<CollectorAt>,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    collectors::revoke(&mut work.scope, at.collector_id, now).await?;
    work.into_inner().done_and_poke(StatusCode::NO_CONTENT, Kind::Collectors).await
}
