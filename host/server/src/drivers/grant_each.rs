//! `POST /accounts/{id}/drivers/{name}/grants`: a driver for chosen accounts below, in one step.
//!
//! Grants are not inherited: each customer has its own, and its own audit tells who gave it. This saves a dealer of two
//! hundred customers two hundred calls, and nothing else: an account on which the caller may not decide is not there.

use std::collections::BTreeSet;

use axum::{http::StatusCode, response::Response};
use bailiwick_contract::policy::Category;
use bailiwick_devices::drivers;
use bailiwick_store::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    DriverAt,
    consent::{Extent, Part},
};
use crate::{
    edge::{Json, Path, Problem},
    work::{Authorized, permission::ManageDrivers},
};

/// What chosen accounts are to let a driver do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDriverGrants)]
pub(super) struct Body {
    /// The accounts: this one or any below, at most 500.
    #[schema(max_items = 500)]
    accounts: BTreeSet<Uuid>,
    /// SHA-256 of the version that is consented to: the one that is offered.
    digest: String,
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

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriverGrantsMade)]
pub(super) struct Made {
    /// How many accounts let the driver do this now.
    accounts: usize,
}

/// Lets a driver work for each of these accounts: all of them, or none.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/drivers/{name}/grants", tag = "drivers",
    params(("id" = Uuid, Path, description = "An account above them."), DriverAt),
    request_body = Body, responses((status = 200, body = Made)))]
pub(super) async fn grant_each(
    mut work: Authorized<ManageDrivers>,
    Path(at): Path<DriverAt>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let Body { accounts, digest, extent, categories, withheld, texts } = body;
    let accounts: Vec<AccountId> = accounts.into_iter().map(AccountId::from).collect();
    let version = drivers::by_digest(&mut work.scope, &digest).await?;
    let grant = Part { extent, categories, withheld, texts }.of(&version.manifest);
    drivers::grant_each(&mut work.scope, &accounts, (&at.name, &digest), &grant, now).await?;
    work.into_inner().reply(StatusCode::OK, &Made { accounts: accounts.len() }).await
}
