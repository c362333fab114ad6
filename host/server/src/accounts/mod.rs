//! `/api/v1/accounts`: the tree, as far as the caller sees it.

mod create;
mod get;
mod list;
mod store;
mod update;
pub mod views;

use bailiwick_store::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use views::AccountView;

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get::get, update::update)).routes(routes!(list::list, create::create))
}

/// Which account.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccountAt {
    /// The account.
    #[param(value_type = Uuid)]
    pub id: AccountId,
}
