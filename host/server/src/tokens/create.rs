//! `POST /accounts/{id}/tokens`: an API token, bound to this account and a role, shown once.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::{
    Permissions, Role,
    tokens::{Issued, NewToken, Permits},
};
use bailiwick_text::Name;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TokenView, views};
use crate::{
    App,
    accounts::AccountAt,
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageTokens},
};

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(super) struct Body {
    /// What it is for.
    name: Name,
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor` or `viewer`; or else `permissions`.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// What it may do, by name, instead of a role.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Option<Permissions>,
    /// When it ends; where absent, after the longest time that tokens have here (`token_days`), and no later than the token
    /// that makes it.
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

/// Makes a token with a role or some permissions on this account and all below it.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/tokens", tag = "tokens", params(AccountAt),
    request_body = Body, responses((status = 201, body = CreatedToken)))]
pub(super) async fn create(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageTokens>().await?;
    let permits = match (body.role, body.permissions) {
        (Some(role), None) => Permits::Role(role),
        (None, Some(permissions)) => Permits::Permissions(permissions),
        _ => {
            let one = Problem::field("role", "invalid", "give either a role or permissions");
            return once.end_once(StatusCode::CREATED, Err::<CreatedToken, _>(one)).await;
        }
    };
    let new = NewToken { name: body.name.into_string(), permits, expires_at: body.expires_at };
    let issued = once.app.access().create_token(&once.caller.principal, once.account, new).await;
    let created = match issued {
        Ok(issued) => shown(&once.app, issued).await,
        Err(error) => Err(error.into()),
    };
    once.end_once(StatusCode::CREATED, created).await
}

async fn shown(app: &App, issued: Issued) -> Result<CreatedToken, Problem> {
    let token = views(app, vec![issued.token]).await?.pop().ok_or_else(Problem::not_found)?;
    Ok(CreatedToken { token, secret: issued.secret.expose_secret().to_owned() })
}
