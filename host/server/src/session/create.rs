//! `POST /session`: sign-in, limited by source and by the address typed; a refusal does not tell why.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{
    factors::Challenge,
    sessions::{SignInOutcome, SignedIn, Whence, csrf_token},
};
use bailiwick_text::Email;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OperatorView;
use crate::{
    App, caller,
    edge::{Device, Json, Problem, Source, request_id},
};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    email: Email,
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

/// The password is right, and a code is to follow.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInChallenge)]
pub struct ChallengeView {
    /// To be sent to `POST /session/second-factor` with a code or the answer of a passkey; good for one sign-in.
    challenge: String,
    /// Five minutes from now.
    expires_at: Timestamp,
}

impl From<Challenge> for ChallengeView {
    fn from(challenge: Challenge) -> Self {
        Self { challenge: challenge.secret.expose_secret().to_owned(), expires_at: challenge.expires_at }
    }
}

/// Signs an operator in, or asks for the code of its second factor (202). Every refusal looks the same and takes the
/// same time.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SignedInView), (status = 202, body = ChallengeView)))]
pub(super) async fn create(
    State(app): State<App>,
    source: Source,
    Device(device): Device,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    // counted before it is made, so that many at once are not looked at together
    let address = app.print_of_address(body.email.key());
    app.limits().addresses.count(&address).await.inspect_err(|_| failed(&app, "limited"))?;
    let replaces = caller::session_cookie(&app, &headers);
    let whence = Whence { source: Some(source.to_string()), device };
    let outcome = app.access().sign_in(body.email.as_str(), &body.password, whence, replaces.as_ref()).await?;
    if !matches!(outcome, SignInOutcome::Refused) {
        app.limits().addresses.give_back(&address).await;
        app.limits().sign_in.give_back(&source.network()).await;
    }
    match outcome {
        SignInOutcome::SignedIn(done) => signed_in(&app, done).await,
        SignInOutcome::SecondFactor(challenge) => {
            app.metrics().sign_ins.with_label_values(&["code_asked"]).inc();
            Ok((StatusCode::ACCEPTED, axum::Json(ChallengeView::from(challenge))).into_response())
        }
        SignInOutcome::Refused => {
            failed(&app, "refused");
            Err(Problem::unauthenticated("invalid_credentials", "The e-mail address or the password is wrong."))
        }
    }
}

/// The new session, with its cookie.
pub(super) async fn signed_in(app: &App, done: SignedIn) -> Result<Response, Problem> {
    let (view, cookie) = signed_in_view(app, done).await?;
    let mut response = axum::Json(view).into_response();
    response.headers_mut().extend(cookie);
    Ok(response)
}

/// The same in its parts.
pub(super) async fn signed_in_view(
    app: &App,
    done: SignedIn,
) -> Result<(SignedInView, Option<(HeaderName, HeaderValue)>), Problem> {
    let SignedIn { secret, principal, expires_at } = done;
    app.metrics().sign_ins.with_label_values(&["signed_in"]).inc();
    caller::introduce(app, &secret, &principal);
    let operator = app.access().me(&principal).await?.into();
    let view = SignedInView { operator, csrf: csrf_token(&secret), expires_at };
    Ok((view, caller::set(secret.expose_secret(), app.config().transport.secure())))
}

/// Counts and logs a sign-in that failed: neither with the address typed, which may be somebody's password, nor
/// with where it came from.
pub(super) fn failed(app: &App, outcome: &'static str) {
    app.metrics().sign_ins.with_label_values(&[outcome]).inc();
    tracing::warn!(request_id = request_id::current(), outcome, "a sign-in failed");
}
