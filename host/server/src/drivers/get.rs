use axum::{Json, extract::State};

use super::{DriverAt, DriverView};
use crate::{
    App,
    caller::Caller,
    edge::{Locale, Path, Problem},
};

/// One driver.
#[utoipa::path(get, path = "/api/v1/drivers/{name}", tag = "drivers", params(DriverAt),
    responses((status = 200, body = DriverView)))]
pub(super) async fn get(
    State(app): State<App>,
    _: Caller,
    locale: Locale,
    Path(at): Path<DriverAt>,
) -> Result<Json<DriverView>, Problem> {
    let driver = app.drivers().active(&at.name).ok_or_else(Problem::not_found)?;
    Ok(Json(DriverView::new(&driver, locale)))
}
