//! `PUT /accounts/{id}/drivers/{name}`: what this account lets a driver do, and nothing for other accounts.

use axum::{http::StatusCode, response::Response};
use bailiwick_contract::policy::{Category, Grant};
use bailiwick_devices::drivers::{self, DriverError};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

use super::{DriverAt, grants::GrantView};
use crate::{
    edge::{Json, Path, Problem},
    work::{Authorized, permission::ManageDrivers},
};

/// What an account is to let a driver do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDriverGrant)]
pub(super) struct Body {
    /// True: what the manifest declares, within `categories` and `texts`. False: nothing.
    granted: bool,
    /// Only these categories; all that are declared where absent.
    #[schema(value_type = Option<Vec<String>>)]
    categories: Option<BTreeSet<Category>>,
    /// Free-text attributes consented to by name; all that are declared where absent.
    texts: Option<BTreeSet<String>>,
}

/// Lets a driver work for this account, or no longer.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/drivers/{name}", tag = "drivers",
    params(("id" = Uuid, Path, description = "The account."), DriverAt),
    request_body = Body, responses((status = 200, body = GrantView)))]
pub(super) async fn grant(
    mut work: Authorized<ManageDrivers>,
    Path(at): Path<DriverAt>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let driver = work.app.drivers().active(&at.name).ok_or_else(Problem::not_found)?;
    let grant = body.granted.then(|| {
        let all = Grant::all_of(&driver.manifest);
        Grant {
            categories: body.categories.unwrap_or(all.categories),
            texts: body.texts.unwrap_or(all.texts),
            asks: all.asks,
        }
    });
    let now = work.app.store().now();
    match &grant {
        Some(grant) => drivers::grant(&mut work.scope, &at.name, grant, now).await?,
        // Taking back what was never granted is done already.
        None => match drivers::revoke_grant(&mut work.scope, &at.name).await {
            Err(DriverError::NotFound) => {}
            other => other?,
        },
    }
    work.into_inner().reply(StatusCode::OK, &GrantView::new(&driver, grant.as_ref())).await
}
