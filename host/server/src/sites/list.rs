use axum::response::Response;
use bailiwick_devices::sites;

use super::SiteView;
use crate::{
    edge::{Format, List, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// The sites of an account and its subtree, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sites", tag = "sites",
    params(("id" = Uuid, Path, description = "The account.")),
    responses((status = 200, body = List<SiteView>)))]
pub(super) async fn list(mut work: Authorized<ViewDevices>, form: Format) -> Result<Response, Problem> {
    let sites = sites::list(&mut work.scope).await?;
    form.reply(List::whole(sites.into_iter().map(SiteView::from).collect()))
}
