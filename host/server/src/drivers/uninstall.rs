//! `DELETE /drivers/{name}`: a driver works nowhere any more.

use axum::{extract::State, http::StatusCode, response::Response};
use bailiwick_devices::drivers::{self, Grants};
use bailiwick_store::AccountId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::DriverAt;
use crate::{
    App,
    caller::Caller,
    edge::{Path, Query},
    work::{Refused, Work, admit::visible, permission::InstallDrivers},
};

/// What becomes of grants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Options {
    /// `respect`: it is not uninstalled while an account grants it. `end`: the grants end, and each account's audit tells
    /// it.
    #[serde(default)]
    #[param(inline)]
    grants: OfGrants,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OfGrants {
    #[default]
    Respect,
    End,
}

/// Uninstalls a driver. What it collected stays with each account until that is deleted; its components go. Takes an
/// owner of the platform.
#[utoipa::path(delete, path = "/api/v1/drivers/{name}", tag = "drivers", params(DriverAt, Options),
    responses((status = 204)))]
pub(super) async fn uninstall(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<DriverAt>,
    Query(options): Query<Options>,
) -> Result<Response, Refused> {
    Work::check::<InstallDrivers>(&app, &caller, AccountId::ROOT).await.map_err(visible)?;
    let mut work = Work::open::<InstallDrivers>(&app, caller, AccountId::ROOT, None).await?;
    let grants = match options.grants {
        OfGrants::Respect => Grants::Respect,
        OfGrants::End => Grants::End,
    };
    drivers::uninstall(&mut work.scope, &at.name, grants, app.store().now()).await?;
    let reply = work.done(StatusCode::NO_CONTENT).await?;
    app.drivers().reload(app.store()).await?;
    Ok(reply)
}
