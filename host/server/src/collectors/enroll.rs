//! `POST /accounts/{id}/collectors/enrollments`: a one-time token, shown once, from which one collector is made.

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::{SiteId, collectors};
use bailiwick_text::Name;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    edge::{Json, Problem},
    work::{Authorized, permission::ManageCollectors},
};

/// A collector to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCollector)]
pub(super) struct Body {
    /// The site that it sweeps.
    #[schema(value_type = Uuid)]
    site_id: SiteId,
    name: Name,
}

/// A one-time right to become a collector, shown once.
#[derive(Serialize, ToSchema)]
pub struct CollectorToken {
    /// The right's id.
    id: Uuid,
    /// The token itself; usable once.
    token: String,
    /// Until when.
    expires_at: Timestamp,
    /// What to run on site; it reads the token from standard input, so that the token is in no list of processes and
    /// no history.
    command_line: String,
}

/// Makes a one-time token with which a collector enrolls itself within 24 hours.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/collectors/enrollments", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account.")),
    request_body = Body, responses((status = 201, body = CollectorToken)))]
pub(super) async fn enroll(
    mut work: Authorized<ManageCollectors>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let made = collectors::create_token(&mut work.scope, body.site_id, body.name.as_str(), now).await?;
    let token = made.token.expose_secret().to_owned();
    let server = &work.app.config().public_url;
    let reply = CollectorToken {
        id: made.id.get(),
        command_line: format!("bailiwick-collector enroll --server {server} --token-stdin"),
        token,
        expires_at: made.expires_at,
    };
    work.into_inner().reply_once(StatusCode::CREATED, &reply).await
}
