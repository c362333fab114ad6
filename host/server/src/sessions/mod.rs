//! `/api/v1/sessions`: where one is signed in.

mod delete;
mod delete_others;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, delete_others::delete_others)).routes(routes!(delete::delete))
}
