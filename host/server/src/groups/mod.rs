//! `/api/v1/accounts/{id}/groups`: devices of an account that belong together.

mod create;
mod delete;
mod devices;
mod get;
mod list;
mod rename;

use bailiwick_devices::groups::{Group, GroupError, GroupId};
use bailiwick_text::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    edge::{Problem, Tabular},
    named::NamedView,
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, rename::rename, delete::delete))
        .routes(routes!(devices::add, devices::remove))
}

/// Which group.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct GroupAt {
    /// The group.
    #[param(value_type = Uuid)]
    group_id: GroupId,
}

/// What a group is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupName)]
struct Body {
    /// No other group of the account is called so, whatever the case.
    name: Name,
}

/// A group of devices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupView {
    id: Uuid,
    /// Whose.
    account: NamedView,
    /// What operators call it.
    name: String,
    /// How many devices are in it, without those that are retired.
    devices: i64,
    created_at: Timestamp,
}

impl Tabular for GroupView {
    const COLUMNS: &'static [&'static str] = &["id", "account.id", "account.name", "name", "devices", "created_at"];
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.get(),
            account: group.account.into(),
            name: group.name,
            devices: group.devices,
            created_at: group.created_at,
        }
    }
}

impl From<GroupError> for Problem {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::NotFound => Self::not_found(),
            GroupError::Name(error) => Self::field("name", "invalid", error.detail()),
            GroupError::NameTaken => Self::conflict("conflict", "Another group of this account has this name."),
            GroupError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
