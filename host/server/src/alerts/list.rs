//! `GET /accounts/{id}/alerts`: open and cleared alerts of an account and its subtree.

use axum::response::Response;
use bailiwick_contract::manifest::Severity;
use bailiwick_devices::alerts::{self, AlertFilter, AlertState};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::AlertView;
use crate::{
    edge::{Format, List, Locale, Page, Problem, Query},
    work::{Authorized, permission::ViewDevices},
};

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// `open` or `cleared`.
    #[param(value_type = Option<String>)]
    state: Option<State>,
    /// `critical`, `warning` or `info`.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Of this driver.
    driver: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Cleared,
}

/// Alerts of an account and its subtree, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/alerts", tag = "alerts",
    params(("id" = Uuid, Path, description = "The account."), Filter, Page),
    responses((status = 200, body = List<AlertView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewDevices>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    locale: Locale,
    form: Format,
) -> Result<Response, Problem> {
    let filter = AlertFilter {
        state: filter.state.map(|state| match state {
            State::Open => AlertState::Open,
            State::Cleared => AlertState::Cleared,
        }),
        severity: filter.severity,
        driver: filter.driver.filter(|d| !d.is_empty()),
        device: None,
    };
    let found = alerts::list(&mut work.scope, &filter, &page.request()?).await?;
    let next = found.next.map(|cursor| cursor.to_string());
    let app = work.app.clone();
    let items = AlertView::all(&mut work.scope, found.items, app.drivers(), locale).await?;
    form.reply(List { items, next })
}
