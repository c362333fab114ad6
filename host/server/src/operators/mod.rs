//! `/api/v1/accounts/{id}/operators`: who has access to an account, and from where.

mod add;
mod list;
pub mod names;
mod remove;
mod update;

use bailiwick_access::{RoleRef, grants::Member};
use bailiwick_store::OperatorId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, edge::Tabular, named::NamedView};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, add::add)).routes(routes!(update::update, remove::remove))
}

/// Which operator of the account.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct OperatorAt {
    /// The operator.
    #[param(value_type = Uuid)]
    operator_id: OperatorId,
}

/// Someone who has access to an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOperator {
    /// The operator.
    id: Uuid,
    email: String,
    name: String,
    /// A built-in role by its name, or the id of one that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// The name of the role as its maker gave it; that of a built-in one is its key.
    role_name: String,
    /// Accounts below that the grant leaves out with their branches.
    excluded: Vec<NamedView>,
    grant_id: Uuid,
    /// The account above on which the role was granted; null where it was on this one.
    inherited_from: Option<NamedView>,
    last_seen_at: Option<Timestamp>,
}

impl Tabular for AccountOperator {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "email",
        "name",
        "role",
        "role_name",
        "excluded",
        "grant_id",
        "inherited_from.id",
        "inherited_from.name",
        "last_seen_at",
    ];
}

impl From<Member> for AccountOperator {
    fn from(member: Member) -> Self {
        Self {
            id: member.operator.get(),
            email: member.email,
            name: member.name,
            role: member.role.role,
            role_name: member.role.name,
            excluded: member.excluded.into_iter().map(|(id, name)| NamedView { id: id.get(), name }).collect(),
            grant_id: member.grant.get(),
            inherited_from: member.inherited_from.map(|(id, name)| NamedView { id: id.get(), name }),
            last_seen_at: member.last_seen_at,
        }
    }
}
