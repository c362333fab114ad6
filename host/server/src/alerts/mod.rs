//! `/api/v1/accounts/{id}/alerts`: what is wrong with devices, and who took note.

mod acknowledge;
mod list;
mod of_device;
mod view;

use bailiwick_devices::{AlertId, alerts::AlertError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::{Page, Problem},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(of_device::of_device))
        .routes(routes!(acknowledge::acknowledge))
}

/// Which alert.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct AlertAt {
    /// The alert.
    #[param(value_type = Uuid)]
    alert_id: AlertId,
}

impl From<AlertError> for Problem {
    fn from(error: AlertError) -> Self {
        match error {
            AlertError::NotFound => Self::not_found(),
            AlertError::Cursor(_) => Page::foreign_cursor(),
            AlertError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
