//! `/session/passkey`: signing in with a passkey, without a name and without a password.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{
    Credential,
    passkeys::Bound,
    sessions::{SignInOutcome, Whence},
};
use secrecy::ExposeSecret as _;

use super::{
    create::{SignedInView, failed, signed_in},
    evidence::{PasskeyAnswer, PasskeyChallenge, party},
};
use crate::{
    App,
    caller::{self, browser_cookie},
    edge::{Device, Host, Json, Problem, Source},
};

/// Asks for a passkey: for `navigator.credentials.get()`, also before anything is typed. Bound to the browser, by a cookie.
#[utoipa::path(get, path = "/api/v1/session/passkey", tag = "session",
    responses((status = 200, body = PasskeyChallenge)))]
pub(super) async fn passkey_challenge(
    State(app): State<App>,
    host: Host,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let party = party(&app, &host).await?;
    let known =
        browser_cookie(&app, &headers).filter(|secret| Credential::BROWSER.parse(secret.expose_secret()).is_ok());
    let (browser, fresh) = match known {
        Some(secret) => (secret, false),
        None => (Credential::BROWSER.generate().map_err(|error| Problem::internal(&error))?.0, true),
    };
    let cookie = fresh.then(|| caller::set_browser(browser.expose_secret(), app.config().transport.secure())).flatten();
    let asked = app.access().ask_for_passkey(app.sealing_key(), &party, &Bound::Browser(browser))?;
    let mut response = axum::Json(PasskeyChallenge::from(asked)).into_response();
    if let Some((name, value)) = cookie {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Signs an operator in with a passkey. Every refusal looks the same.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "session",
    request_body = PasskeyAnswer, responses((status = 200, body = SignedInView)))]
pub(super) async fn passkey(
    State(app): State<App>,
    source: Source,
    Device(device): Device,
    host: Host,
    headers: HeaderMap,
    Json(body): Json<PasskeyAnswer>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    let outcome = match browser_cookie(&app, &headers) {
        None => SignInOutcome::Refused,
        Some(browser) => {
            let answer = body.bound(&app, &host, Bound::Browser(browser)).await?;
            let replaces = caller::session_cookie(&app, &headers);
            let whence = Whence { source: Some(source.to_string()), device };
            app.access().sign_in_with_passkey(app.sealing_key(), &answer, whence, replaces.as_ref()).await?
        }
    };
    match outcome {
        SignInOutcome::SignedIn(done) => {
            app.limits().sign_in.give_back(&source.network()).await;
            signed_in(&app, done).await
        }
        _ => {
            failed(&app, "refused");
            let detail = "This passkey does not sign in here, or it took too long: try again.";
            Err(Problem::unauthenticated("invalid_credentials", detail))
        }
    }
}
