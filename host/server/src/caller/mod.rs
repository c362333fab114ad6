//! Who calls: proven by an API token or by the portal's session cookie.
//!
//! A call with a cookie that changes something must also carry the session's CSRF value in a header, which
//! no other site can read or send. Calls are counted by credential, by account for its tokens, and by source; wrong
//! credentials count against the address that they come from. A proof is believed for a moment (see
//! [`crate::shared`]), unless rights change in the meantime.

mod announce;
pub mod attempt;
mod cookie;
mod csrf;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{AccessError, Principal, Via};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use announce::announce;
pub use cookie::{clear, set, set_browser};

use crate::{
    App,
    edge::{Problem, Source, rate},
    shared::{Charge, Print},
};

/// A caller that proved who it is.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, and which roles it holds.
    pub principal: Principal,
    /// The session's secret, where it came by a cookie; its CSRF value follows from it.
    pub session: Option<SecretString>,
    credential: Credential,
    source: Source,
}

/// What became of a call's credential; absent where it has none.
#[derive(Debug, Clone)]
struct Presented(Result<Caller, Problem>);

#[derive(Debug, Clone)]
enum Credential {
    Token(SecretString),
    Session(SecretString),
}

impl Credential {
    /// What a proof is remembered by. The kind is part of it: a token is no session.
    fn print(&self) -> Print {
        let (kind, secret) = match self {
            Self::Token(secret) => ("token:", secret),
            Self::Session(secret) => ("session:", secret),
        };
        Sha256::new().chain_update(kind).chain_update(secret.expose_secret()).finalize().into()
    }
}

/// The session's secret that the call carries, whatever it is worth.
#[must_use]
pub fn session_cookie(app: &App, headers: &HeaderMap) -> Option<SecretString> {
    cookie::read(headers, app.config().transport.secure())
}

/// The secret by which a browser is known again before anybody has signed in, whatever it is worth.
#[must_use]
pub fn browser_cookie(app: &App, headers: &HeaderMap) -> Option<SecretString> {
    cookie::read_browser(headers, app.config().transport.secure())
}

/// Looks at the call's credential once, counts it, and tells the caller what is left of its rates.
pub async fn establish(State(app): State<App>, source: Source, mut request: Request, next: Next) -> Response {
    let mut charges = vec![app.limits().sources.charge(&source.network())];
    if let Some(credential) = credential(&app, request.headers()) {
        let found = match authenticate(&app, &credential, source).await {
            Ok(caller) => unforged(&credential, request.method(), request.headers())
                .and_then(|()| only_looking(&caller, &request))
                .map(|()| caller),
            Err(problem) if problem.code() == "rate_limited" => return problem.into_response(),
            Err(problem) => Err(problem),
        };
        if let Ok(caller) = &found {
            charges.extend(charged(&app, caller));
        }
        request.extensions_mut().insert(Presented(found));
    }
    let remaining = match rate::count(app.shared(), &charges).await {
        Ok(remaining) => remaining,
        Err(refusal) => return *refusal,
    };
    let mut response = next.run(request).await;
    remaining.write(response.headers_mut());
    response
}

/// Lets only proven callers through: for routes whose bodies are too large to be read from strangers.
pub async fn gate(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match presented(&parts) {
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        presented(parts)
    }
}

/// The caller that proved who it is, if one did.
#[must_use]
pub fn found(extensions: &Extensions) -> Option<&Caller> {
    extensions.get::<Presented>().and_then(|presented| presented.0.as_ref().ok())
}

fn presented(parts: &Parts) -> Result<Caller, Problem> {
    match parts.extensions.get() {
        Some(Presented(found)) => found.clone(),
        None => Err(Problem::unauthenticated("missing_credentials", "Sign in, or send an API token as Bearer.")),
    }
}

fn credential(app: &App, headers: &HeaderMap) -> Option<Credential> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| {
        let (scheme, token) = v.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| SecretString::from(token.trim()))
    });
    let session = || session_cookie(app, headers).map(Credential::Session);
    bearer.map(Credential::Token).or_else(session)
}

impl Caller {
    fn of(principal: Principal, credential: &Credential, source: Source) -> Self {
        let session = match credential {
            Credential::Session(secret) => Some(secret.clone()),
            Credential::Token(_) => None,
        };
        let principal = principal.from_source(Some(source.to_string()));
        Self { principal, session, credential: credential.clone(), source }
    }

    /// Proves by the same credential again, for what outlasts a call.
    ///
    /// # Errors
    /// Where it proves nothing any more.
    pub async fn prove_again(&self, app: &App) -> Result<Self, Problem> {
        authenticate(app, &self.credential, self.source).await
    }
}

async fn authenticate(app: &App, credential: &Credential, source: Source) -> Result<Caller, Problem> {
    let (print, now) = (credential.print(), app.store().now());
    let since = match app.shared().proof(&print, now) {
        Ok(principal) => return Ok(Caller::of(principal, credential, source)),
        Err(since) => since,
    };
    let found = match credential {
        Credential::Token(token) => app.access().authenticate_token(token).await,
        Credential::Session(secret) => app.access().authenticate_session(secret).await,
    };
    match found {
        Ok(principal) => {
            app.shared().keep_proof(print, since, principal.clone(), now);
            Ok(Caller::of(principal, credential, source))
        }
        Err(error) => {
            if matches!(error, AccessError::TokenUnknown | AccessError::SessionUnknown) {
                app.limits().guesses.count(&source.network()).await?;
            }
            Err(error.into())
        }
    }
}

/// Refuses a call that another site made a browser send.
fn unforged(credential: &Credential, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    match credential {
        Credential::Session(secret) if !method.is_safe() => csrf::check(secret, headers),
        _ => Ok(()),
    }
}

/// Refuses whatever changes something while the session looks as somebody else does, but ending that, or the session.
fn only_looking(caller: &Caller, request: &Request) -> Result<(), Problem> {
    const ENDS: [&str; 2] = ["/api/v1/session/view-as", "/api/v1/session"];
    let ends = *request.method() == Method::DELETE && ENDS.contains(&request.uri().path());
    if caller.principal.viewing().is_none() || request.method().is_safe() || ends {
        Ok(())
    } else {
        Err(AccessError::ViewAsReadOnly.into())
    }
}

/// What a call is charged to besides its source: its credential, and the account for a token.
fn charged(app: &App, caller: &Caller) -> Vec<Charge> {
    let limits = app.limits();
    match caller.principal.via() {
        Via::Session { id, .. } => vec![limits.calls.charge(&id.get())],
        Via::Token(id) => {
            let account = caller.principal.held().first().map(|held| limits.accounts.charge(&held.account));
            std::iter::once(limits.calls.charge(&id.get())).chain(account).collect()
        }
        Via::System | Via::Absent => vec![limits.calls.charge(&Uuid::nil())],
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let code = error.code();
        match error {
            AccessError::NotFound => Self::not_found(),
            AccessError::Denied { .. } => Self::denied(),
            AccessError::OwnAccount => Self::new(
                axum::http::StatusCode::FORBIDDEN,
                code,
                "Only somebody whose role lies above this account does this.",
            ),
            AccessError::ImposedFromAbove => Self::new(
                axum::http::StatusCode::FORBIDDEN,
                code,
                "It was imposed from above: ask who manages the account above.",
            ),
            AccessError::CannotMove(_) | AccessError::LastToLift => Self::conflict(code, error.to_string()),
            AccessError::Quota(full) => full.into(),
            AccessError::Excess(_) => Self::new(axum::http::StatusCode::FORBIDDEN, code, error.to_string()),
            AccessError::Suspended => {
                Self::new(axum::http::StatusCode::FORBIDDEN, code, "The account is suspended: ask who manages it.")
            }
            AccessError::SessionUnknown | AccessError::SessionExpired => {
                Self::unauthenticated("session_expired", "The session has ended: sign in again.")
            }
            AccessError::TokenUnknown | AccessError::TokenMalformed(_) => {
                Self::unauthenticated("invalid_credentials", "This is no valid API token.")
            }
            AccessError::TokenExpired => Self::unauthenticated(code, "The API token has expired."),
            AccessError::TokenRevoked => Self::unauthenticated(code, "The API token was revoked."),
            AccessError::Invalid { field, detail } => Self::field(field, "invalid", detail),
            AccessError::Password(refused) => Self::field("password", refused.code(), refused.to_string()),
            AccessError::Conflict(detail) => Self::conflict("conflict", detail),
            AccessError::LastOwner => {
                Self::conflict(code, "The account would have no owner left: make somebody else an owner first.")
            }
            AccessError::LinkInvalid => {
                Self::new(axum::http::StatusCode::GONE, code, "The link is not valid (any more).")
            }
            AccessError::SignInFirst => Self::conflict(code, "Sign in first, then accept the invitation."),
            AccessError::OtherAddress => {
                Self::new(axum::http::StatusCode::FORBIDDEN, code, "The invitation is for another address than yours.")
            }
            AccessError::TooManyCodes { retry_after } => Self::rate_limited(retry_after),
            AccessError::TooManyInvitations { retry_after } => Self::too_many(
                code,
                "You, or this account with those above and below it, sent as many invitations as may be in a day.",
                retry_after,
            ),
            AccessError::PasskeysUnavailable => {
                Self::conflict(code, "Passkeys take a portal with a host name: this one has only an address.")
            }
            AccessError::NotAPerson
            | AccessError::WrongPassword
            | AccessError::WrongCode
            | AccessError::PasskeyRefused
            | AccessError::SecondFactorMissing
            | AccessError::ElevationMissing
            | AccessError::ViewAsReadOnly => Self::new(axum::http::StatusCode::FORBIDDEN, code, error.to_string()),
            AccessError::Store(error) => error.into(),
            AccessError::Audit(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
