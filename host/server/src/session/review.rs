//! `/session/tokens` and `/session/review`: what goes on working when a password changes, for its operator to look over.

use axum::{extract::State, http::StatusCode, response::Response};
use bailiwick_access::{Permissions, Role, tokens::OwnToken};
use bailiwick_store::{Cursor, TokenId, page::Key};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query, Tabular},
    named::NamedView,
};

/// Which token.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OwnTokenAt {
    /// The token.
    #[param(value_type = Uuid)]
    token_id: TokenId,
}

/// An API token that one made oneself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnToken)]
pub struct OwnTokenView {
    id: Uuid,
    /// What it is for.
    name: String,
    /// The account that it lies on.
    account: NamedView,
    /// Its role there; null where it has permissions of its own.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// What it may do, by name.
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the minute.
    last_used_at: Option<Timestamp>,
}

impl Tabular for OwnTokenView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name",
        "account.id",
        "account.name",
        "role",
        "permissions",
        "created_at",
        "expires_at",
        "last_used_at",
    ];
}

impl From<OwnToken> for OwnTokenView {
    fn from(own: OwnToken) -> Self {
        Self {
            id: own.token.id.get(),
            name: own.token.name,
            account: NamedView { id: own.account.get(), name: own.account_name },
            role: own.token.permits.role(),
            permissions: own.token.permits.permissions(),
            created_at: own.token.created_at,
            expires_at: own.token.expires_at,
            last_used_at: own.token.last_used_at,
        }
    }
}

/// The API tokens that one made and that still are good for something, newest first.
#[utoipa::path(get, path = "/api/v1/session/tokens", tag = "session", params(Page),
    responses((status = 200, body = List<OwnTokenView>)))]
pub(super) async fn own_tokens(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let own = app.access().own_tokens(&caller.principal).await?;
    // somebody makes few: all of them are read for each page
    let newest_first = |own: &OwnToken| Cursor {
        key: Key::Integer(own.token.created_at.as_microsecond().saturating_neg()),
        id: own.token.id.get(),
    };
    form.reply(List::of(page.request()?.of(own, newest_first), OwnTokenView::from))
}

/// Revokes an API token that one made.
#[utoipa::path(delete, path = "/api/v1/session/tokens/{token_id}", tag = "session", params(OwnTokenAt),
    responses((status = 204)))]
pub(super) async fn revoke_own_token(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<OwnTokenAt>,
) -> Result<StatusCode, Problem> {
    app.access().revoke_own_token(&caller.principal, at.token_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that one has looked over one's tokens and passkeys.
#[utoipa::path(delete, path = "/api/v1/session/review", tag = "session", responses((status = 204)))]
pub(super) async fn reviewed(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.access().reviewed(&caller.principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
