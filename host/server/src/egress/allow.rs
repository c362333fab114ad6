//! `POST /accounts/{id}/egress`: a host that may be reached; never an address that is not public.

use axum::{http::StatusCode, response::Response};
use bailiwick_egress::{Destination, Purpose, hosts};
use serde::Deserialize;
use utoipa::ToSchema;

use super::HostView;
use crate::{
    edge::{Json, Problem},
    work::{Authorized, permission::ManageEgress},
};

/// A host to be reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEgressHost)]
pub(super) struct Body {
    /// `webhook`, `oidc`, `push` or `object_store`.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// A name such as `login.example.com`; no pattern, no URL.
    host: String,
    /// 443 where absent.
    #[serde(default = "https")]
    port: u16,
}

const fn https() -> u16 {
    443
}

/// Lets the platform reach a host for this account and all below it.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/egress", tag = "egress",
    params(("id" = Uuid, Path, description = "The account.")),
    request_body = Body, responses((status = 201, body = HostView)))]
pub(super) async fn allow(mut work: Authorized<ManageEgress>, Json(body): Json<Body>) -> Result<Response, Problem> {
    let destination = Destination::new(body.purpose, &body.host, body.port)
        .map_err(|error| Problem::field("host", "invalid", error.to_string()))?;
    let now = work.app.store().now();
    let id = hosts::add(&mut work.scope, &destination, now).await?;
    let view = HostView {
        id: id.get(),
        purpose: destination.purpose,
        host: destination.host().to_owned(),
        port: destination.port(),
        created_at: now,
    };
    work.into_inner().reply(StatusCode::CREATED, &view).await
}
