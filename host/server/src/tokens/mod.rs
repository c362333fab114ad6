//! `/api/v1/accounts/{id}/tokens`: API tokens, for programs.

mod create;
mod list;
mod revoke;

use std::collections::{BTreeSet, HashMap};

use bailiwick_access::{Permissions, Role, tokens::Token};
use bailiwick_store::{OperatorId, TokenId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    edge::{Problem, Tabular},
};

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
    /// The operator who made it, whose grants it hangs on; null where the platform did.
    created_by: Option<Uuid>,
    /// That operator's name.
    created_by_name: Option<String>,
    /// The token that it was made with, and ends with.
    made_with: Option<Uuid>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the minute.
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl Tabular for TokenView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name",
        "role",
        "permissions",
        "created_by",
        "created_by_name",
        "made_with",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ];
}

impl TokenView {
    fn new(token: Token, names: &HashMap<OperatorId, String>) -> Self {
        Self {
            id: token.id.get(),
            name: token.name,
            role: token.permits.role(),
            permissions: token.permits.permissions(),
            created_by: token.created_by.map(|o| o.get()),
            created_by_name: token.created_by.and_then(|operator| names.get(&operator).cloned()),
            made_with: token.made_with.map(|token| token.get()),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// Tokens as they are shown, with who made them: an account is to know whose keys lie there.
async fn views(app: &App, tokens: Vec<Token>) -> Result<Vec<TokenView>, Problem> {
    let makers: BTreeSet<OperatorId> = tokens.iter().filter_map(|token| token.created_by).collect();
    let names = app.access().names_of_operators(&makers.into_iter().collect::<Vec<_>>()).await?;
    Ok(tokens.into_iter().map(|token| TokenView::new(token, &names)).collect())
}
