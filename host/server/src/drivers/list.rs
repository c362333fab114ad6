use axum::{extract::State, response::Response};
use bailiwick_store::Cursor;
use uuid::Uuid;

use super::DriverView;
use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Locale, Page, Problem, Query},
};

/// The drivers in use, with what each may collect.
#[utoipa::path(get, path = "/api/v1/drivers", tag = "drivers", params(Page),
    responses((status = 200, body = List<DriverView>)))]
pub(super) async fn list(
    State(app): State<App>,
    _: Caller,
    Query(page): Query<Page>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let found = page.request()?.of(app.drivers().all_active(), |driver| Cursor::text(driver.name(), Uuid::nil()));
    form.reply(List::of(found, |driver| DriverView::new(&driver, locale)))
}
