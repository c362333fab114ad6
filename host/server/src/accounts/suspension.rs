//! `POST /accounts/{id}/suspend` and `/resume`: sign-in and collectors' reports of a branch stop, and go on.

use axum::{http::StatusCode, response::Response};
use bailiwick_text::Reason;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountAt, AccountView, views};
use crate::{
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageAccounts},
};

/// Why an account is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSuspension)]
pub(super) struct Body {
    /// Stands in the account's audit.
    reason: Option<Reason>,
}

/// Suspends an account and all below it: sign-in, tokens and collectors' reports stop, and what is kept stays.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/suspend", tag = "accounts", params(AccountAt),
    request_body = Option<Body>, responses((status = 200, body = AccountView)))]
pub(super) async fn suspend(once: Once, body: Option<Json<Body>>) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    let reason = body.and_then(|Json(body)| body.reason);
    let done = async {
        once.app
            .access()
            .suspend_account(&once.caller.principal, once.account, reason.as_ref().map(Reason::as_str))
            .await?;
        views::one(&once.app, &once.caller.principal, once.account).await
    };
    let done: Result<AccountView, Problem> = done.await;
    once.end(StatusCode::OK, done).await
}

/// Ends an account's suspension.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/resume", tag = "accounts", params(AccountAt),
    responses((status = 200, body = AccountView)))]
pub(super) async fn resume(once: Once) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    let done = async {
        once.app.access().resume_account(&once.caller.principal, once.account).await?;
        views::one(&once.app, &once.caller.principal, once.account).await
    };
    let done: Result<AccountView, Problem> = done.await;
    once.end(StatusCode::OK, done).await
}
