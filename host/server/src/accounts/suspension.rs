//! `POST /accounts/{id}/suspend` and `/resume`: sign-in and collectors' reports of a branch stop, and go on.

use axum::{http::StatusCode, response::Response};

use super::{AccountAt, AccountView, views};
use crate::{
    edge::Problem,
    work::{Once, Refused, permission::ManageAccounts},
};

/// Suspends an account and all below it: sign-in, tokens and collectors' reports stop, and what is kept stays.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/suspend", tag = "accounts", params(AccountAt),
    responses((status = 200, body = AccountView)))]
pub(super) async fn suspend(once: Once) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    let done = async {
        once.app.access().suspend_account(&once.caller.principal, once.account).await?;
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
