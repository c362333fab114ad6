//! `POST` and `DELETE /accounts/{id}/deletion`: to delete an account once a time of grace is over, and to keep it.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use bailiwick_text::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountAt;
use crate::{
    App,
    caller::Caller,
    edge::{Json, Path, Problem},
    work::{Once, Refused, permission::DeleteAccounts},
};

/// An account to be deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDeletion)]
pub(super) struct Body {
    /// The account's name, typed again.
    name: Name,
}

/// An account that is to be deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deletion {
    requested_at: Timestamp,
    /// When everything that is kept of it is erased; until then the deletion can be cancelled.
    erase_at: Timestamp,
}

/// Suspends an account with all below it, and erases everything that is kept of them once the time of grace is over.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/deletion", tag = "accounts", params(AccountAt),
    request_body = Body, responses((status = 202, body = Deletion)))]
pub(super) async fn delete(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<DeleteAccounts>().await?;
    let grace = once.app.config().deletion_grace;
    let done = once.app.access().delete_account(&once.caller.principal, once.account, body.name.as_str(), grace).await;
    let done = done.map(|deletion| Deletion { requested_at: deletion.requested_at, erase_at: deletion.erase_at });
    once.end(StatusCode::ACCEPTED, done).await
}

/// Keeps an account that was to be deleted.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/deletion", tag = "accounts", params(AccountAt),
    responses((status = 204)))]
pub(super) async fn keep(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Response, Problem> {
    app.access().keep_account(&caller.principal, at.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
