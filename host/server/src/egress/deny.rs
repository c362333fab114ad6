use axum::{http::StatusCode, response::Response};
use bailiwick_egress::hosts;

use super::HostAt;
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageEgress},
};

/// Takes a host from this account's list.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/egress/{host_id}", tag = "egress",
    params(("id" = Uuid, Path, description = "The account."), HostAt), responses((status = 204)))]
pub(super) async fn deny(mut work: Authorized<ManageEgress>, Path(at): Path<HostAt>) -> Result<Response, Problem> {
    hosts::remove(&mut work.scope, at.host_id).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}
