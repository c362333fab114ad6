use axum::Json;
use bailiwick_devices::devices;

use super::{DeviceAt, detail::DeviceDetail};
use crate::{
    edge::{Locale, Path, Problem},
    work::{Authorized, permission::ViewDevices},
};

/// One device with all that is known of it, also one that was retired.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/devices/{device_id}", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), DeviceAt),
    responses((status = 200, body = DeviceDetail)))]
pub(super) async fn get(
    mut work: Authorized<ViewDevices>,
    Path(at): Path<DeviceAt>,
    locale: Locale,
) -> Result<Json<DeviceDetail>, Problem> {
    let now = work.app.store().now();
    let detail = devices::detail(&mut work.scope, at.device_id, now).await?;
    Ok(Json(DeviceDetail::new(detail, work.app.drivers(), locale)))
}
