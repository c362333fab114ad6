//! `POST /accounts/{id}/tokens`: an API token, bound to this account and a role, shown once.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::{Role, tokens::NewToken};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TokenView;
use crate::{
    accounts::AccountAt,
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageTokens},
};

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(super) struct Body {
    /// What it is for, 1 to 200 characters.
    name: String,
    /// `owner`, `technician` or `viewer`.
    #[schema(value_type = String)]
    role: Role,
    /// When it ends; never where absent.
    expires_at: Option<Timestamp>,
}

/// A new token with its secret, shown once.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    #[serde(flatten)]
    token: TokenView,
    /// `bwk_…`, to be sent as `Authorization: Bearer`.
    secret: String,
}

/// Makes a token with a role on this account and all below it.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/tokens", tag = "tokens", params(AccountAt),
    request_body = Body, responses((status = 201, body = CreatedToken)))]
pub(super) async fn create(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageTokens>().await?;
    let new = NewToken { name: body.name, role: body.role, expires_at: body.expires_at };
    let issued = once.app.access().create_token(&once.caller.principal, once.account, new).await;
    let created: Result<CreatedToken, Problem> = issued
        .map_err(Problem::from)
        .map(|issued| CreatedToken { token: issued.token.into(), secret: issued.secret.expose_secret().to_owned() });
    once.end_once(StatusCode::CREATED, created).await
}
