//! `/api/v1/accounts/{id}/restrictions`: what an account denies to everybody whose grant lies above it.

use axum::{Json as Reply, extract::State};
use bailiwick_access::{Permission, Permissions, restrictions::Restriction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// A permission denied to those above.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Restriction)]
pub struct RestrictionView {
    /// What is denied.
    #[schema(value_type = String)]
    permission: Permission,
    /// The account that denies it: this one, or one above.
    account_id: Uuid,
}

/// What is denied on an account to those above.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restrictions {
    /// What this account and those above it deny.
    denied: Vec<RestrictionView>,
    /// What can be denied at all.
    #[schema(value_type = Vec<String>)]
    deniable: Permissions,
}

impl From<Restriction> for RestrictionView {
    fn from(restriction: Restriction) -> Self {
        Self { permission: restriction.permission, account_id: restriction.account.get() }
    }
}

/// What this account is to deny.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestrictionsPut)]
struct Body {
    /// Permissions by name, in place of those denied before; none lifts all.
    #[schema(value_type = Vec<String>)]
    denied: Permissions,
}

/// What is denied on this account to those above it.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/restrictions", tag = "restrictions", params(AccountAt),
    responses((status = 200, body = Restrictions)))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Reply<Restrictions>, Problem> {
    let found = app.access().restrictions(&caller.principal, at.id).await?;
    let denied = found.into_iter().map(RestrictionView::from).collect();
    let deniable = Permission::ALL.iter().copied().filter(|permission| permission.restrictable()).collect();
    Ok(Reply(Restrictions { denied, deniable }))
}

/// Says what those above may not do on this account and below; only for somebody whose own grant lies on it.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/restrictions", tag = "restrictions", params(AccountAt),
    request_body = Body, responses((status = 200, body = Restrictions)))]
async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<Body>,
) -> Result<Reply<Restrictions>, Problem> {
    app.access().restrict(&caller.principal, at.id, body.denied).await?;
    get(State(app), caller, Path(at)).await
}
