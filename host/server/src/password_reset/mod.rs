//! `/api/v1/password-reset`: a forgotten password, by mail. Nothing here tells whether an address is known.

mod confirm;
mod request;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request::request)).routes(routes!(confirm::confirm))
}
