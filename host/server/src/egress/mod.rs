//! `/api/v1/accounts/{id}/egress`: hosts that the platform may reach for an account and all below it.

mod allow;
mod deny;
mod list;

use bailiwick_egress::{AllowedHost, HostError, HostId, Purpose};
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
    OpenApiRouter::new().routes(routes!(list::list, allow::allow)).routes(routes!(deny::deny))
}

/// Which entry.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct HostAt {
    /// The entry.
    #[param(value_type = Uuid)]
    host_id: HostId,
}

/// A host that may be reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EgressHost)]
pub struct HostView {
    id: Uuid,
    /// `webhook`, `oidc`, `push` or `object_store`.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// A name in lower-case ASCII, or an address.
    host: String,
    port: u16,
    created_at: Timestamp,
}

impl Tabular for HostView {
    const COLUMNS: &'static [&'static str] = &["id", "purpose", "host", "port", "created_at"];
}

impl From<AllowedHost> for HostView {
    fn from(allowed: AllowedHost) -> Self {
        Self {
            id: allowed.id.get(),
            purpose: allowed.destination.purpose,
            host: allowed.destination.host().to_owned(),
            port: allowed.destination.port(),
            created_at: allowed.created_at,
        }
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        match error {
            HostError::NotFound => Self::not_found(),
            HostError::Exists => Self::conflict("conflict", error.to_string()),
            HostError::PlatformOnly => Self::field("purpose", "invalid", error.to_string()),
            HostError::Forbidden => Self::field("host", "invalid", error.to_string()),
            HostError::Audit(error) => error.into(),
            HostError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
