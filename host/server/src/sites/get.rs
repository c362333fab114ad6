use axum::Json;
use bailiwick_devices::sites;

use super::{SiteAt, SiteView};
use crate::{
    edge::{Path, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// One site.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sites/{site_id}", tag = "sites",
    params(("id" = Uuid, Path, description = "The account."), SiteAt),
    responses((status = 200, body = SiteView)))]
pub(super) async fn get(mut work: Authorized<ViewDevices>, Path(at): Path<SiteAt>) -> Result<Json<SiteView>, Problem> {
    Ok(Json(sites::get(&mut work.scope, at.site_id).await?.into()))
}
