use axum::response::Response;
use bailiwick_devices::{
    alerts::{self, AlertFilter},
    devices,
};

use super::view::AlertView;
use crate::{
    devices::DeviceAt,
    edge::{Format, List, Locale, Page, Path, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// Alerts of one device, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/devices/{device_id}/alerts", tag = "alerts",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt, Page),
    responses((status = 200, body = List<AlertView>)))]
pub(super) async fn of_device(
    mut work: Authorized<ViewDevices>,
    Path(at): Path<DeviceAt>,
    Query(page): Query<Page>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    devices::get(&mut work.scope, at.device_id, now).await?;
    let filter = AlertFilter { device: Some(at.device_id), ..AlertFilter::default() };
    let found = alerts::list(&mut work.scope, &filter, &page.request()?).await?;
    let next = found.next.map(|cursor| cursor.to_string());
    let app = work.app.clone();
    let items = AlertView::all(&mut work.scope, found.items, app.drivers(), locale).await?;
    form.reply(List { items, next })
}
