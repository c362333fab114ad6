use axum::{http::StatusCode, response::Response};

use super::{Body, RoleView};
use crate::{
    accounts::AccountAt,
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageRoles},
};

/// Makes a role for this account and all below it.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/roles", tag = "roles", params(AccountAt),
    request_body = Body, responses((status = 201, body = RoleView)))]
pub(super) async fn create(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageRoles>().await?;
    let made = once.app.access().create_role(&once.caller.principal, once.account, body.into()).await;
    let made: Result<RoleView, Problem> = made.map(RoleView::from).map_err(Problem::from);
    once.end(StatusCode::CREATED, made).await
}
