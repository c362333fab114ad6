//! `GET /accounts/{id}/devices`: the devices of an account and its subtree, filtered and sorted in the database.

use axum::response::Response;
use bailiwick_devices::{
    SiteId,
    devices::{self, AlertFilter, DeviceFilter, LevelFilter, Sort, UnknownSort},
    drivers::{self, Installed},
    groups::GroupId,
};
use bailiwick_store::Scope;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{DeviceView, headline, view::DeviceStatus};
use crate::{
    App,
    edge::{Format, List, Locale, Page, Problem, Query},
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
    /// With this status; all other lists leave out those that were retired.
    status: Option<DeviceStatus>,
    /// With this value of the headline of the role `state`.
    state: Option<String>,
    /// `low`: only devices of which a level is low.
    #[param(value_type = Option<String>)]
    level: Option<Level>,
    /// `open`: only devices with open alerts.
    #[param(value_type = Option<String>)]
    alert: Option<Alert>,
    /// `name`, `model`, `serial`, `address`, `state`, `alerts_open`, `first_seen_at`, `last_seen_at`, or, with `driver`,
    /// `headline.<key>` of that driver; `-` before it for the reverse.
    sort: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Alert {
    Open,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Low,
}

/// The devices of an account and its subtree.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/devices", tag = "devices",
    params(("id" = Uuid, Path, description = "The account."), Filter, Page),
    responses((status = 200, body = List<DeviceView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let app = work.app.clone();
    let driver = filter.driver.as_deref().and_then(|name| app.drivers().active(name.trim()));
    let sort = match &filter.sort {
        None => Sort::default(),
        Some(text) => Sort::parse(text, driver.as_ref().map(|driver| &driver.manifest))
            .map_err(|e: UnknownSort| Problem::field("sort", "unknown", e.to_string()))?,
    };
    let text = |value: Option<String>| value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let filter = DeviceFilter {
        q: text(filter.q),
        driver: text(filter.driver),
        site: filter.site,
        group: filter.group,
        status: filter.status.map(devices::Status::from),
        state: text(filter.state),
        level: if filter.level.is_some() { LevelFilter::Low } else { LevelFilter::Any },
        alerts: if filter.alert.is_some() { AlertFilter::Open } else { AlertFilter::Any },
    };
    let now = work.app.store().now();
    let found = devices::list(&mut work.scope, &filter, sort, &page.request()?, now).await?;
    let columns = if form.is_csv() { columns(&mut work.scope, &app, driver.as_deref()).await? } else { Vec::new() };
    form.reply_with(List::of(found, |device| DeviceView::new(device, app.drivers(), locale)), columns)
}

/// The columns of a CSV file beside those that every device has: the headlines of the driver that the list is filtered
/// by, else of all drivers that are granted within the scope.
async fn columns(scope: &mut Scope, app: &App, driver: Option<&Installed>) -> Result<Vec<(String, String)>, Problem> {
    if let Some(driver) = driver {
        return Ok(headline::columns(&driver.manifest, "headline."));
    }
    let granted = drivers::granted_within(scope).await?;
    let named = granted.iter().filter_map(|name| app.drivers().active(name));
    Ok(named.flat_map(|d| headline::columns(&d.manifest, &format!("headline.{}.", d.name()))).collect())
}
