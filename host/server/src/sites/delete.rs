use axum::{http::StatusCode, response::Response};
use bailiwick_devices::sites;

use super::SiteAt;
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ManageSites},
};

/// Removes a site at which no collector works any more; its devices stay, without a site.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sites/{site_id}", tag = "sites",
    params(("id" = Uuid, Path, description = "The account."), SiteAt),
    responses((status = 204)))]
pub(super) async fn delete(mut work: Authorized<ManageSites>, Path(at): Path<SiteAt>) -> Result<Response, Problem> {
    let now = work.app.store().now();
    sites::delete(&mut work.scope, at.site_id, now).await?;
    work.into_inner().done(StatusCode::NO_CONTENT).await
}
