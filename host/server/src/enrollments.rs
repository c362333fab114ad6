//! `/api/v1/accounts/{id}/enrollments`: the standing relations of devices to accounts.

use axum::response::Response;
use bailiwick_devices::enrollments::{self, Enrollment};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    devices::state_name,
    edge::{Format, List, Page, Problem, Query, Tabular},
    work::{Authorized, permission::ViewDevices},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An enrollment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrollment)]
pub struct EnrollmentView {
    id: Uuid,
    device_id: Uuid,
    account_id: Uuid,
    driver: String,
    /// `active` or `retired`.
    state: &'static str,
    created_at: Timestamp,
    reported_at: Option<Timestamp>,
}

impl Tabular for EnrollmentView {
    const COLUMNS: &'static [&'static str] =
        &["id", "device_id", "account_id", "driver", "state", "created_at", "reported_at"];
}

impl From<Enrollment> for EnrollmentView {
    fn from(enrollment: Enrollment) -> Self {
        Self {
            id: enrollment.id.get(),
            device_id: enrollment.device.get(),
            account_id: enrollment.account.get(),
            driver: enrollment.driver,
            state: state_name(enrollment.state),
            created_at: enrollment.created_at,
            reported_at: enrollment.reported_at,
        }
    }
}

/// The enrollments of an account and its subtree, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/enrollments", tag = "enrollments",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<EnrollmentView>)))]
async fn list(mut work: Authorized<ViewDevices>, Query(page): Query<Page>, form: Format) -> Result<Response, Problem> {
    let found = enrollments::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, EnrollmentView::from))
}
