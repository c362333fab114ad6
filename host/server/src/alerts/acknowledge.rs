use axum::{http::StatusCode, response::Response};
use bailiwick_devices::alerts;

use super::{AlertAt, view::AlertView};
use crate::{
    edge::{Locale, Path, Problem},
    events::Kind,
    work::{Authorized, permission::HandleAlerts},
};

/// Notes that somebody sees to an alert.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/alerts/{alert_id}/acknowledge", tag = "alerts",
    params(("id" = Uuid, Path, description = "The account."), AlertAt),
    responses((status = 200, body = AlertView)))]
pub(super) async fn acknowledge(
    mut work: Authorized<HandleAlerts>,
    Path(at): Path<AlertAt>,
    locale: Locale,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let alert = alerts::acknowledge(&mut work.scope, at.alert_id, now).await?;
    let (app, account, lineage) = (work.app.clone(), work.scope.account(), work.scope.lineage().clone());
    let view = AlertView::all(&mut work.scope, vec![alert], app.drivers(), locale).await?.pop();
    let view = view.ok_or_else(Problem::not_found)?;
    let reply = work.into_inner().reply(StatusCode::OK, &view).await?;
    app.bus().poke(Kind::Alerts, account, &lineage);
    Ok(reply)
}
