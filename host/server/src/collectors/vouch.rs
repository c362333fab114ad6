use axum::{http::StatusCode, response::Response};
use bailiwick_devices::collectors;

use super::CollectorAt;
use crate::{
    edge::{Path, Problem},
    events::Kind,
    work::{Authorized, permission::ManageSites},
};

/// Answers for a collector from now on: it is given its site's secrets while the caller may write them.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/collectors/{collector_id}/vouch", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), CollectorAt), responses((status = 204)))]
pub(super) async fn vouch(mut work: Authorized<ManageSites>, Path(at): Path<CollectorAt>) -> Result<Response, Problem> {
    collectors::vouch(&mut work.scope, at.collector_id).await?;
    work.into_inner().done_and_poke(StatusCode::NO_CONTENT, Kind::Collectors).await
}
