//! `GET /accounts/{id}/drivers`: what this account lets each driver do.

use axum::response::Response;
use bailiwick_store::Cursor;
use uuid::Uuid;

use super::consent::{AtAccount, GrantView};
use crate::{
    edge::{Format, List, Locale, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// What this account lets each driver do; not what the accounts below it let.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/drivers", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<GrantView>)))]
pub(super) async fn grants(
    mut work: Authorized<ViewDevices>,
    Query(page): Query<Page>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let installed = work.app.drivers().all_active();
    let found = page.request()?.of(installed, |driver| Cursor::text(driver.name(), Uuid::nil()));
    let next = found.next.map(|cursor| cursor.to_string());
    let mut items = Vec::with_capacity(found.items.len());
    for driver in found.items {
        items.push(AtAccount::read(&mut work.scope, driver.name()).await?.view(locale));
    }
    form.reply(List { items, next })
}
