use axum::{http::StatusCode, response::Response};
use bailiwick_devices::collectors;

use super::CollectorAt;
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageCollectors},
};

/// Has a collector sweep and poll at its next contact.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/collectors/{collector_id}/scan", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), CollectorAt),
    responses((status = 202, description = "It will, at its next contact.")))]
pub(super) async fn scan(
    mut work: Authorized<ManageCollectors>,
    Path(at): Path<CollectorAt>,
) -> Result<Response, Problem> {
    collectors::request_scan(&mut work.scope, at.collector_id).await?;
    work.into_inner().done(StatusCode::ACCEPTED).await
}
