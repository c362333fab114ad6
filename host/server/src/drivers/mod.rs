//! `/api/v1/drivers`: what is installed, with what each driver may collect; and
//! `/api/v1/accounts/{id}/drivers`: what an account lets each do.

mod consent;
mod get;
mod grant;
mod grant_each;
mod grants;
mod install;
mod list;
mod statement;
mod uninstall;
mod upload;
mod view;

use bailiwick_devices::drivers::DriverError;
use bailiwick_runtime::LoadError;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use consent::GrantView;
pub use install::verify;
pub use upload::{Upload, Uploads};
pub use view::{DriverView, severity, type_name};

use crate::{
    App,
    edge::{FieldProblem, Problem},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, install::install))
        .routes(routes!(get::get, uninstall::uninstall))
        .routes(routes!(grants::grants))
        .routes(routes!(grant::at_account, grant::grant))
        .routes(routes!(grant_each::grant_each))
}

/// Which driver.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DriverAt {
    /// The driver's name.
    name: String,
}

impl From<DriverError> for Problem {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::NotFound | DriverError::NoAccount(_) => Self::not_found(),
            DriverError::PlatformOnly => Self::denied(),
            DriverError::NotDeclared(what) => {
                Self::field("grant", "not_declared", format!("the driver does not declare {}", what.join(", ")))
            }
            DriverError::TooMany => Self::field("accounts", "too_many", error.to_string()),
            DriverError::Downgrade { .. } => Self::conflict("version_not_above", error.to_string()),
            DriverError::VersionTaken { .. } => Self::conflict("version_taken", error.to_string()),
            DriverError::InUse(_) => Self::conflict("driver_granted", error.to_string()),
            DriverError::NotOffered => Self::conflict("version_not_offered", error.to_string()),
            DriverError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Stopped => return Self::unavailable(5),
            LoadError::Busy => return Self::unavailable(install::RETRY_AFTER),
            _ => {}
        }
        let errors = match &error {
            LoadError::Manifest(bailiwick_contract::manifest::ManifestError::Invalid(all)) => {
                all.iter().map(|e| field(e.to_string())).collect()
            }
            other => vec![FieldProblem {
                field: "component".to_owned(),
                code: other.code().to_owned(),
                detail: other.to_string(),
            }],
        };
        Self::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "driver_invalid", error.to_string()).with_errors(errors)
    }
}

/// A finding of the manifest's parser: `path: what is wrong`.
fn field(finding: String) -> FieldProblem {
    let (path, detail) = finding.split_once(": ").map_or(("driver.toml", finding.as_str()), |(p, d)| (p, d));
    FieldProblem { field: path.to_owned(), code: "manifest_invalid".to_owned(), detail: detail.to_owned() }
}
