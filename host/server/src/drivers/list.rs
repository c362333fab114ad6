use axum::{extract::State, response::Response};

use super::DriverView;
use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Locale, Problem},
};

/// The drivers in use, with what each may collect.
#[utoipa::path(get, path = "/api/v1/drivers", tag = "drivers", responses((status = 200, body = List<DriverView>)))]
pub(super) async fn list(State(app): State<App>, _: Caller, locale: Locale, form: Format) -> Result<Response, Problem> {
    let drivers = app.drivers().all_active();
    form.reply(List::whole(drivers.iter().map(|d| DriverView::new(d, locale)).collect()))
}
