//! `/api/v1/accounts/{id}/tokens`: API tokens, for programs.

mod create;
mod list;
mod revoke;

use bailiwick_access::{Permissions, Role, tokens::Token};
use bailiwick_store::TokenId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, edge::Tabular};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(revoke::revoke))
}

/// Which token.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct TokenAt {
    /// The token.
    #[param(value_type = Uuid)]
    token_id: TokenId,
}

/// An API token; its secret is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    id: Uuid,
    /// What it is for.
    name: String,
    /// Its role on the account and all below it; null where it has permissions of its own.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// What it may do, by name.
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
    /// The operator who made it.
    created_by: Option<Uuid>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the minute.
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl Tabular for TokenView {
    const COLUMNS: &'static [&'static str] =
        &["id", "name", "role", "permissions", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at"];
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.get(),
            name: token.name,
            role: token.permits.role(),
            permissions: token.permits.permissions(),
            created_by: token.created_by.map(|o| o.get()),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        }
    }
}
