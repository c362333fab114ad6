//! `GET /accounts/{id}/drivers`: what this account lets each driver do.

use axum::response::Response;
use bailiwick_devices::drivers;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    edge::{Format, List, Problem, Tabular},
    work::{Authorized, permission::ViewDevices},
};

/// What an account lets a driver do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriverGrant)]
pub struct GrantView {
    /// The driver's name.
    pub driver: String,
    /// Whether the account lets it do anything.
    pub granted: bool,
    /// The categories that it may collect there.
    pub categories: Vec<&'static str>,
    /// Those that its manifest declares.
    pub declared: Vec<&'static str>,
    /// Free-text attributes consented to by name.
    pub texts: Vec<String>,
}

impl Tabular for GrantView {
    const COLUMNS: &'static [&'static str] = &["driver", "granted", "categories", "declared", "texts"];
}

/// Every driver in use, and what this account lets it do.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/drivers", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account.")),
    responses((status = 200, body = List<GrantView>)))]
pub(super) async fn grants(mut work: Authorized<ViewDevices>, form: Format) -> Result<Response, Problem> {
    let granted = drivers::grants(&mut work.scope).await?;
    let views = work.app.drivers().all_active().into_iter().map(|driver| {
        let grant = granted.iter().find(|g| g.driver == driver.name()).map(|g| &g.grant);
        GrantView::new(&driver, grant)
    });
    form.reply(List::whole(views.collect()))
}

impl GrantView {
    /// Of a driver, by what was granted.
    #[must_use]
    pub fn new(driver: &drivers::Installed, grant: Option<&bailiwick_contract::policy::Grant>) -> Self {
        let declared: std::collections::BTreeSet<_> = driver.manifest.categories().collect();
        Self {
            driver: driver.name().to_owned(),
            granted: grant.is_some(),
            categories: grant.iter().flat_map(|g| g.categories.iter().map(|c| c.name())).collect(),
            declared: declared.into_iter().map(|c| c.name()).collect(),
            texts: grant.iter().flat_map(|g| g.texts.iter().cloned()).collect(),
        }
    }
}
