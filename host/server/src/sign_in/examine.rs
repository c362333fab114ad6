//! `POST /accounts/{id}/sign-in/test`: reads a provider's configuration and keys, and says what is wrong. No secret is
//! sent there, and nothing of what it answered is repeated but the address of its sign-in page.

use axum::{http::StatusCode, response::Response};
use bailiwick_egress::Destination;
use bailiwick_oidc::ProviderError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    edge::{Json, Problem},
    work::{Once, Refused, Work, permission::ManageSignIn},
};

/// What is to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInTest)]
pub(super) struct Body {
    /// Exactly as the provider names itself.
    issuer: String,
}

/// A host that the account may not reach yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingHost {
    host: String,
    port: u16,
}

impl From<Destination> for MissingHost {
    fn from(destination: Destination) -> Self {
        Self { host: destination.host().to_owned(), port: destination.port() }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInTested {
    /// Null where all is well; else a stable code: `not_allowed`, `unreachable` (there is no such host, it is not public, or
    /// it does not answer), `oversized`, `redirects`, `bad_url`, `bad_status`, `malformed`, `other_issuer`, `unsupported`.
    problem: Option<&'static str>,
    /// The same for people, in English.
    detail: Option<String>,
    /// Hosts that are to be allowed for `oidc` in the account's list.
    missing_hosts: Vec<MissingHost>,
    /// Where people sign in.
    authorization_endpoint: Option<String>,
    /// Whether the provider's answers name it (RFC 9207), so that they cannot be mistaken for another's.
    names_issuer: bool,
}

/// Looks whether a provider can be reached, and what it says of itself.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/sign-in/test", tag = "sign_in",
    params(("id" = Uuid, Path, description = "The account.")),
    request_body = Body, responses((status = 200, body = SignInTested)))]
pub(super) async fn test(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    Work::check::<ManageSignIn>(&once.app, &once.caller, once.account).await?;
    once.claim::<ManageSignIn>().await?;
    // no transaction is open while a network waits
    let found = once.app.providers().examine(once.account, body.issuer.trim()).await;
    let found = found.map_err(|error| Problem::internal(&error))?;
    let view = SignInTested {
        problem: found.problem.as_ref().map(|problem| problem.code()),
        detail: found.problem.as_ref().map(ProviderError::told),
        missing_hosts: found.missing_hosts.into_iter().map(MissingHost::from).collect(),
        authorization_endpoint: found.authorization_endpoint,
        names_issuer: found.names_issuer,
    };
    once.end(StatusCode::OK, Ok::<_, Problem>(view)).await
}
