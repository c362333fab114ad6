//! `/api/v1/accounts/{id}/collectors`: the on-site engines, how they are, and how one is added.

mod enroll;
mod enrollments;
mod list;
mod revoke;
mod scan;
mod view;
mod vouch;

use bailiwick_devices::collectors::CollectorError;
use bailiwick_store::CollectorId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{App, edge::Problem};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(enrollments::enrollments, enroll::enroll))
        .routes(routes!(enrollments::revoke_enrollment))
        .routes(routes!(revoke::revoke))
        .routes(routes!(scan::scan))
        .routes(routes!(vouch::vouch))
}

/// Which collector.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct CollectorAt {
    /// The collector.
    #[param(value_type = Uuid)]
    collector_id: CollectorId,
}

impl From<CollectorError> for Problem {
    fn from(error: CollectorError) -> Self {
        match error {
            CollectorError::NotFound => Self::not_found(),
            CollectorError::UnknownToken => Self::unauthenticated(
                "invalid_enrollment_token",
                "The enrollment token is not valid, or was used before: make a new one in the portal.",
            ),
            CollectorError::ExpiredToken => Self::unauthenticated(
                "token_expired",
                "The enrollment token has expired: make a new one in the portal.",
            ),
            CollectorError::UnknownKey => {
                Self::unauthenticated("invalid_credentials", "The collector's key is not valid.")
            }
            CollectorError::Revoked => Self::unauthenticated("collector_revoked", "This collector was revoked."),
            CollectorError::Suspended => Self::new(
                axum::http::StatusCode::FORBIDDEN,
                "suspended",
                "The account is suspended: keep the reports until it is resumed.",
            ),
            CollectorError::Quota(full) => full.into(),
            CollectorError::Invalid { field, why } => Self::field(field, "invalid", why),
            CollectorError::Site(error) => error.into(),
            CollectorError::Driver(error) => error.into(),
            CollectorError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
