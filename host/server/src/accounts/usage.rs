//! `GET /accounts/{id}/usage`: how many devices each account of a subtree had, for invoices.

use axum::response::Response;
use bailiwick_devices::usage::{self, By, Usage, UsageError};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    edge::{Format, List, Page, Problem, Query, Tabular},
    named::NamedView,
    work::{Authorized, permission::ViewUsage},
};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// The first day (UTC), such as `2026-11-01`.
    #[param(value_type = String, format = Date)]
    from: Date,
    /// The last day, included.
    #[param(value_type = String, format = Date)]
    to: Date,
    /// `day` (the default) or `month`: what a row stands for.
    #[param(value_type = Option<String>)]
    by: Option<Period>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Period {
    Day,
    Month,
}

/// What an account had of a driver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageView {
    account: NamedView,
    /// `2026-11-26` or `2026-11`.
    period: String,
    driver: String,
    /// The most devices at any full hour of the period.
    devices: i32,
    /// The sum of each day's most.
    device_days: i64,
}

impl Tabular for UsageView {
    const COLUMNS: &'static [&'static str] =
        &["account.id", "account.name", "period", "driver", "devices", "device_days"];
}

/// How many devices an account and each below it had, by driver and day or month; counted at every full hour, of which
/// the highest of a day (UTC) stays.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/usage", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account."), Filter, Page),
    responses((status = 200, body = List<UsageView>)))]
pub(super) async fn usage(
    mut work: Authorized<ViewUsage>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let by = match filter.by {
        Some(Period::Month) => By::Month,
        Some(Period::Day) | None => By::Day,
    };
    let found = usage::list(&mut work.scope, (filter.from, filter.to), by, &page.request()?).await?;
    form.reply(List::of(found, UsageView::from))
}

impl From<Usage> for UsageView {
    fn from(usage: Usage) -> Self {
        Self {
            account: usage.account().into(),
            period: usage.period,
            driver: usage.driver,
            devices: usage.devices,
            device_days: usage.device_days,
        }
    }
}

impl From<UsageError> for Problem {
    fn from(error: UsageError) -> Self {
        match error {
            UsageError::Days => Self::field("to", "out_of_range", error.to_string()),
            UsageError::Cursor(_) => Page::foreign_cursor(),
            UsageError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
