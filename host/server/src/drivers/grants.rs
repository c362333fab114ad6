//! `GET /accounts/{id}/drivers`: what this account lets each driver do.

use axum::response::Response;

use super::consent::{AtAccount, GrantView};
use crate::{
    edge::{Format, List, Locale, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// What this account lets each driver do; not what the accounts below it let.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/drivers", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account.")),
    responses((status = 200, body = List<GrantView>)))]
pub(super) async fn grants(
    mut work: Authorized<ViewDevices>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let mut views = Vec::new();
    for driver in work.app.drivers().all_active() {
        views.push(AtAccount::read(&mut work.scope, driver.name()).await?.view(locale));
    }
    form.reply(List::whole(views))
}
