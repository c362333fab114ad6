//! `/accounts/{id}/drivers/{name}`: what this account lets a driver do, and nothing for other accounts.

use std::collections::BTreeSet;

use axum::{http::StatusCode, response::Response};
use bailiwick_contract::policy::Category;
use bailiwick_devices::drivers::{self, DriverError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    DriverAt,
    consent::{AtAccount, ConsentView, Extent, GrantView, Part},
};
use crate::{
    edge::{Json, Locale, Path, Problem},
    work::{
        Authorized,
        permission::{ManageDrivers, ViewDevices},
    },
};

/// A driver at this account: what it lets it do, what is collected and what not, and what it is asked to consent to.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/drivers/{name}", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account."), DriverAt),
    responses((status = 200, body = ConsentView)))]
pub(super) async fn at_account(
    mut work: Authorized<ViewDevices>,
    locale: Locale,
    Path(at): Path<DriverAt>,
) -> Result<axum::Json<ConsentView>, Problem> {
    let found = AtAccount::read(&mut work.scope, &at.name).await?;
    Ok(axum::Json(found.whole(&mut work.scope, locale).await?))
}

/// What an account is to let a driver do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDriverGrant)]
pub(super) struct Body {
    /// True: what the manifest declares, within the rest. False: nothing.
    granted: bool,
    /// SHA-256 of the version that is consented to: the one that works here, or the one that is offered. Where absent,
    /// the one that works here; where none does, the one that is offered.
    digest: Option<String>,
    /// Where the rest starts from.
    #[serde(default)]
    extent: Extent,
    /// Only these categories.
    #[schema(value_type = Option<Vec<String>>)]
    categories: Option<BTreeSet<Category>>,
    /// Items that are not granted although their category is.
    withheld: Option<BTreeSet<String>>,
    /// Free-text attributes consented to by name.
    texts: Option<BTreeSet<String>>,
}

/// Lets a driver work for this account, or no longer.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/drivers/{name}", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account."), DriverAt),
    request_body = Body, responses((status = 200, body = GrantView)))]
pub(super) async fn grant(
    mut work: Authorized<ManageDrivers>,
    locale: Locale,
    Path(at): Path<DriverAt>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    if body.granted {
        let now = work.app.store().now();
        let found = AtAccount::read(&mut work.scope, &at.name).await?;
        let version = found.of_digest(body.digest.as_deref()).ok_or(DriverError::NotOffered)?;
        let Body { extent, categories, withheld, texts, .. } = body;
        let grant = Part { extent, categories, withheld, texts }.of(&version.manifest);
        drivers::grant_version(&mut work.scope, &at.name, &version.digest, &grant, now).await?;
    } else {
        drivers::named(&mut work.scope, &at.name).await?;
        // Taking back what was never granted is done already.
        match drivers::revoke_grant(&mut work.scope, &at.name).await {
            Err(DriverError::NotFound) => {}
            other => other?,
        }
    }
    let view = AtAccount::read(&mut work.scope, &at.name).await?.view(locale);
    work.into_inner().reply(StatusCode::OK, &view).await
}
