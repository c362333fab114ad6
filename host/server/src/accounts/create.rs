use axum::{http::StatusCode, response::Response};
use bailiwick_access::accounts::{Kind, NewAccount};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountAt, AccountView, views};
use crate::{
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageAccounts},
};

/// An account to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub(super) struct Body {
    /// 1 to 200 characters.
    name: String,
    /// `dealer` (below the platform or a dealer) or `customer` (below a dealer).
    #[schema(value_type = String)]
    kind: Kind,
}

/// Makes an account directly below this one.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/accounts", tag = "accounts", params(AccountAt),
    request_body = Body, responses((status = 201, body = AccountView)))]
pub(super) async fn create(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    let new = NewAccount { name: body.name, kind: body.kind };
    let made = async {
        let account = once.app.access().create_account(&once.caller.principal, once.account, new).await?;
        views::one(&once.app, &once.caller.principal, account.id).await
    };
    let made: Result<AccountView, Problem> = made.await;
    once.end(StatusCode::CREATED, made).await
}
