//! `/api/v1/accounts`: the tree, as far as the caller sees it.

mod create;
mod deletion;
pub(crate) mod exports;
mod get;
mod list;
mod moves;
mod quotas;
mod store;
mod suspension;
mod update;
mod usage;
pub mod views;
pub mod workers;

use bailiwick_store::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use views::AccountView;

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get::get, update::update))
        .routes(routes!(list::list, create::create))
        .routes(routes!(suspension::suspend))
        .routes(routes!(suspension::resume))
        .routes(routes!(deletion::delete, deletion::keep))
        .routes(routes!(moves::relocate))
        .routes(routes!(moves::moves))
        .routes(routes!(quotas::quotas, quotas::set_quotas))
        .routes(routes!(usage::usage))
        .routes(routes!(exports::exports, exports::request_export))
        .routes(routes!(exports::fetch_export))
}

/// Which account.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccountAt {
    /// The account.
    #[param(value_type = Uuid)]
    pub id: AccountId,
}
