//! `GET /accounts/{id}/devices`: the devices of an account and its subtree, filtered and sorted in the database.

use axum::response::Response;
use bailiwick_devices::{
    SiteId,
    devices::{self, AlertFilter, DeviceFilter, Sort, UnknownSort},
    groups::GroupId,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::DeviceView;
use crate::{
    edge::{Format, List, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// Which devices, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Part of name, model, serial or address.
    q: Option<String>,
    /// Of this driver.
    driver: Option<String>,
    /// Of this site.
    #[param(value_type = Option<Uuid>)]
    site: Option<SiteId>,
    /// In this group.
    #[param(value_type = Option<Uuid>)]
    group: Option<GroupId>,
    /// With this status; `offline` for those not heard in time, `online` for the others; `retired` for those
    /// that were retired, which all other lists leave out.
    status: Option<String>,
    /// `open`: only devices with open alerts.
    #[param(value_type = Option<String>)]
    alert: Option<Alert>,
    /// `name`, `model`, `serial`, `address`, `status`, `page_count`, `supply_low`, `alerts_open`,
    /// `first_seen_at` or `last_seen_at`; `-` before it for the reverse.
    sort: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Alert {
    Open,
}

/// The devices of an account and its subtree.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/devices", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), Filter, Page),
    responses((status = 200, body = List<DeviceView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let sort: Sort = filter
        .sort
        .as_deref()
        .map_or(Ok(Sort::default()), str::parse)
        .map_err(|e: UnknownSort| Problem::field("sort", "unknown", e.to_string()))?;
    let text = |value: Option<String>| value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let filter = DeviceFilter {
        q: text(filter.q),
        driver: text(filter.driver),
        site: filter.site,
        group: filter.group,
        status: text(filter.status),
        alerts: if filter.alert.is_some() { AlertFilter::Open } else { AlertFilter::Any },
    };
    let now = work.app.store().now();
    let found = devices::list(&mut work.scope, &filter, sort, &page.request()?, now).await?;
    form.reply(List::of(found, DeviceView::from))
}
