//! `/session/second-factor`: the second step of a sign-in, and what one has set up.

use axum::{Json as Reply, extract::State, http::HeaderMap, response::Response};
use bailiwick_access::{
    passkeys::Bound,
    sessions::{SignInOutcome, Whence},
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    create::{SignedInView, failed, signed_in},
    evidence::{PasskeyAnswer, evidence},
};
use crate::{
    App,
    caller::{self, Caller},
    edge::{Device, Host, Json, Problem, Source},
};

/// What a sign-in waits for: a code, or the answer of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactor)]
pub(super) struct Body {
    /// What the first step gave.
    #[schema(value_type = String, write_only)]
    challenge: SecretString,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// To the challenge of `GET /session/passkey`.
    passkey: Option<PasskeyAnswer>,
}

/// What one has set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Factors {
    /// Since when signing in takes a code of an authenticator app; null where it does not.
    totp_since: Option<Timestamp>,
    /// How many recovery codes are left.
    recovery_codes: usize,
}

/// Ends a sign-in by a code or a passkey. Every refusal looks the same; the challenge is good for one session.
#[utoipa::path(post, path = "/api/v1/session/second-factor", tag = "session",
    request_body = Body, responses((status = 200, body = SignedInView)))]
pub(super) async fn second_factor(
    State(app): State<App>,
    source: Source,
    Device(device): Device,
    host: Host,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    let replaces = caller::session_cookie(&app, &headers);
    let whence = Whence { source: Some(source.to_string()), device };
    let bound = caller::browser_cookie(&app, &headers).map(Bound::Browser);
    let shown = match evidence(&app, &host, bound, body.code, body.passkey).await {
        Err(problem) if problem.code() == "passkey_refused" => return Err(refused(&app)),
        shown => shown?,
    };
    let key = app.sealing_key();
    match app.access().sign_in_with_code(key, &body.challenge, shown, whence, replaces.as_ref()).await? {
        SignInOutcome::SignedIn(done) => {
            app.limits().sign_in.give_back(&source.network()).await;
            signed_in(&app, done).await
        }
        _ => Err(refused(&app)),
    }
}

fn refused(app: &App) -> Problem {
    failed(app, "refused");
    let detail = "The code or the passkey is wrong, or the sign-in took too long: start again.";
    Problem::unauthenticated("invalid_credentials", detail)
}

/// Which second factor one has set up.
#[utoipa::path(get, path = "/api/v1/session/second-factor", tag = "session",
    responses((status = 200, body = Factors)))]
pub(super) async fn factors(State(app): State<App>, caller: Caller) -> Result<Reply<Factors>, Problem> {
    let found = app.access().factors(&caller.principal).await?;
    Ok(Reply(Factors { totp_since: found.totp_since, recovery_codes: found.recovery_codes }))
}
