//! `/api/v1/accounts/{id}/devices`: the things that are managed, what is known of each, and its history.

mod detail;
mod fact;
mod get;
mod headline;
mod list;
mod readings;
mod restore;
mod retire;
mod update;
mod view;

use bailiwick_devices::{devices::DeviceError, enrollments::EnrollmentError, facts::FactError, readings::ReadingError};
use bailiwick_store::DeviceId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use detail::state as state_name;
pub use headline::{HeadlineRole, ToneView};
pub use view::DeviceView;

use crate::{
    App,
    edge::{Page, Problem},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get, update::update, retire::retire))
        .routes(routes!(restore::restore))
        .routes(routes!(readings::readings))
}

/// Which device.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeviceAt {
    /// The device.
    #[param(value_type = Uuid)]
    pub device_id: DeviceId,
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::NotFound => Self::not_found(),
            DeviceError::Retired => Self::conflict("retired", "This device is retired: restore it first."),
            DeviceError::Quota(full) => full.into(),
            DeviceError::NotRetired => Self::conflict("not_retired", "This device is not retired."),
            DeviceError::UnknownSite => {
                Self::field("site_id", "unknown", "there is no such site in the device's account")
            }
            DeviceError::Name(error) => Self::field("name", "invalid", error.detail()),
            DeviceError::Cursor(_) => Page::foreign_cursor(),
            DeviceError::Fact(error) => error.into(),
            DeviceError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<FactError> for Problem {
    fn from(error: FactError) -> Self {
        match error {
            FactError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<ReadingError> for Problem {
    fn from(error: ReadingError) -> Self {
        match error {
            ReadingError::Range => Self::field("from", "invalid", "the time range is empty or longer than ten years"),
            ReadingError::Device(error) => error.into(),
            ReadingError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<EnrollmentError> for Problem {
    fn from(error: EnrollmentError) -> Self {
        match error {
            EnrollmentError::Cursor(_) => Page::foreign_cursor(),
            EnrollmentError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
