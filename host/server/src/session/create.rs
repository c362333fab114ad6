//! `POST /session`: sign-in, limited by source; a refusal does not tell why.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::sessions::{SignInOutcome, SignedIn, csrf_token};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OperatorView;
use crate::{
    App, caller,
    edge::{Json, Problem, Source, request_id},
};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    email: String,
    #[schema(value_type = String, write_only)]
    password: SecretString,
}

/// A new session; its cookie comes with the reply.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInView {
    operator: OperatorView,
    /// To be sent in X-CSRF-Token with every call that changes something.
    csrf: String,
    expires_at: Timestamp,
}

/// Signs an operator in. Every refusal looks the same and takes the same time.
#[utoipa::path(post, path = "/api/v1/session", tag = "session",
    request_body = SignIn, responses((status = 200, body = SignedInView)))]
pub(super) async fn create(
    State(app): State<App>,
    source: Source,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    let replaces = caller::session_cookie(&app, &headers);
    let outcome =
        app.access().sign_in(&body.email, &body.password, Some(source.to_string()), replaces.as_ref()).await?;
    let SignInOutcome::SignedIn(SignedIn { secret, principal, expires_at }) = outcome else {
        failed(&app, "refused");
        return Err(Problem::unauthenticated("invalid_credentials", "The e-mail address or the password is wrong."));
    };
    app.metrics().sign_ins.with_label_values(&["signed_in"]).inc();
    let operator = app.access().me(&principal).await?.into();
    let view = SignedInView { operator, csrf: csrf_token(&secret), expires_at };
    let mut response = axum::Json(view).into_response();
    if let Some((name, value)) = caller::set(secret.expose_secret(), app.config().transport.secure()) {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Counts and logs a sign-in that failed: neither with the address typed, which may be somebody's password, nor
/// with where it came from.
fn failed(app: &App, outcome: &'static str) {
    app.metrics().sign_ins.with_label_values(&[outcome]).inc();
    tracing::warn!(request_id = request_id::current(), outcome, "a sign-in failed");
}
