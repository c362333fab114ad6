//! `/api/v1/accounts/{id}/roles`: the built-in roles, and those that accounts make for themselves and all below.

mod create;
mod delete;
mod list;
mod update;

use bailiwick_access::{KnownRole, Permissions, RoleId, RoleRef, roles::NewRole};
use bailiwick_text::Name;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, edge::Tabular};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(update::update, delete::delete))
}

/// Which role of the account.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct RoleAt {
    /// The role.
    #[param(value_type = Uuid)]
    role_id: RoleId,
}

/// A role: a named set of permissions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleView {
    /// What a grant names it by: a built-in one by its name, one that was made by its id.
    #[schema(value_type = String)]
    role: RoleRef,
    /// The name that its maker gave it; that of a built-in one is its key.
    name: String,
    /// The account that made it; null for a built-in one.
    account_id: Option<Uuid>,
    /// What it permits, by name.
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
}

impl Tabular for RoleView {
    const COLUMNS: &'static [&'static str] = &["role", "name", "account_id", "permissions"];
}

impl From<KnownRole> for RoleView {
    fn from(role: KnownRole) -> Self {
        Self {
            role: role.role,
            name: role.name,
            account_id: role.made_by.map(|account| account.get()),
            permissions: role.permissions,
        }
    }
}

/// A role to be, or what it is to become.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole)]
struct Body {
    name: Name,
    /// At least one, by name, and none that the caller does not have.
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
}

impl From<Body> for NewRole {
    fn from(body: Body) -> Self {
        Self { name: body.name.into_string(), permissions: body.permissions }
    }
}
