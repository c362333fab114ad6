//! `POST /drivers`: a component is inspected and compiled aside before it is installed.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use bailiwick_access::Permission;
use bailiwick_contract::manifest::{Manifest, ManifestError};
use bailiwick_devices::drivers::{self, Arrival, Installed};
use bailiwick_runtime::{LoadError, Runtime};
use bailiwick_store::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DriverView, Upload};
use crate::{
    App,
    caller::Caller,
    edge::{Locale, Query},
    work::{Refused, Work, permission::InstallDrivers},
};

/// Seconds after which a component that found no place is worth another try.
pub(super) const RETRY_AFTER: u64 = 10;

/// Reads a component's manifest, then compiles it aside; only what passes both, and needs no permission that the platform
/// does not have, is installed.
///
/// # Errors
/// [`LoadError`], which says what is wrong with it.
pub async fn verify(runtime: &Runtime, component: &[u8]) -> Result<bailiwick_runtime::Driver, LoadError> {
    let driver = runtime.load(component).await?;
    match unknown_permissions(driver.manifest()) {
        unknown if unknown.is_empty() => Ok(driver),
        unknown => Err(LoadError::Manifest(ManifestError::Invalid(unknown))),
    }
}

/// What a manifest needs and no role could give: nobody could ever send the command or edit the object.
fn unknown_permissions(manifest: &Manifest) -> Vec<String> {
    let commands = manifest.commands.iter().enumerate().map(|(i, c)| (format!("command[{i}]"), &c.permission));
    let objects = manifest.objects.iter().enumerate().map(|(i, o)| (format!("object[{i}]"), &o.permission));
    let pages = manifest.pages.iter().enumerate().map(|(i, p)| (format!("page[{i}]"), &p.permission));
    let all = commands.chain(objects).chain(pages);
    let unknown = all.filter(|(_, permission)| permission.parse::<Permission>().is_err());
    unknown.map(|(place, _)| format!("{place}.permission: the platform has no such permission")).collect()
}

/// How it is installed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Options {
    /// Whether the version may be below the one that is installed; otherwise versions only rise.
    #[serde(default)]
    rollback: bool,
}

/// A driver that was installed, and what that means for the accounts that grant it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstalledDriver)]
pub(super) struct InstalledView {
    #[serde(flatten)]
    driver: DriverView,
    /// Accounts at which this version works from now on: it asks for no more than they consented to.
    followed: usize,
    /// Accounts that keep the version that they have, and are asked for consent.
    asked: usize,
}

/// Installs a driver, or another version of one. Takes an owner of the platform.
#[utoipa::path(post, path = "/api/v1/drivers", tag = "drivers", params(Options),
    request_body(content = Vec<u8>, content_type = "application/wasm",
        description = "The component; or `multipart/form-data` with one file."),
    responses((status = 201, body = InstalledView), (status = 200, body = InstalledView,
        description = "This very component had been installed before; it is in use now.")))]
pub(super) async fn install(
    State(app): State<App>,
    caller: Caller,
    locale: Locale,
    Query(options): Query<Options>,
    Extension(upload): Extension<Arc<Upload>>,
    request: Request,
) -> Result<Response, Refused> {
    // one component at a time is in memory, compiled outside of any transaction
    let _turn = app.uploads().turn().await?;
    let component = upload.read().await?;
    let driver = verify(app.runtime(), &component).await?;
    let now = app.store().now();
    let pending = request.extensions().get().cloned();
    let mut work = Work::open::<InstallDrivers>(&app, caller, AccountId::ROOT, pending).await?;
    let (scope, manifest, digest) = (&mut work.scope, driver.manifest(), driver.digest());
    let done = if options.rollback {
        drivers::roll_back(scope, manifest, digest, &component, now).await?
    } else {
        drivers::install(scope, manifest, digest, &component, now).await?
    };
    let installed = Installed {
        digest: driver.digest().to_owned(),
        manifest: driver.manifest().clone(),
        installed_at: now,
        active: true,
        uninstalled: false,
    };
    let status = match done.component {
        Arrival::Added => StatusCode::CREATED,
        Arrival::Known => StatusCode::OK,
    };
    let view =
        InstalledView { driver: DriverView::new(&installed, locale), followed: done.followed, asked: done.asked };
    let reply = work.reply(status, &view).await?;
    app.drivers().reload(app.store()).await?;
    Ok(reply)
}
