//! Who calls: proven by an API token or by the portal's session cookie.
//!
//! A call with a cookie that changes something must also carry the session's CSRF value in a header, which
//! no other site can read or send. Calls are counted by credential, by account for its tokens, and by source, before
//! the database is asked anything; wrong credentials count against the address that they come from. A proof is believed for a moment (see
//! [`crate::shared`]), unless rights change in the meantime.

mod announce;
pub mod attempt;
mod cookie;
mod csrf;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use bailiwick_access::{AccessError, Principal, Via};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use announce::{announce, changed};
pub use cookie::{clear, set, set_browser};

use crate::{
    App,
    edge::{Problem, Source, rate, rate::Remaining},
    events,
    shared::{Charge, Epoch, Print, Standing, Stranger},
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

    /// What is said of one that does not exist.
    fn unknown(&self) -> AccessError {
        match self {
            Self::Token(_) => AccessError::TokenUnknown,
            Self::Session(_) => AccessError::SessionUnknown,
        }
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

/// Charges the call, looks at its credential once, and tells the caller what is left of its rates.
///
/// The charge comes first: a call that is refused for its rate costs no look into the database, whatever credential it
/// comes with.
pub async fn establish(State(app): State<App>, source: Source, mut request: Request, next: Next) -> Response {
    let at_source = app.limits().sources.charge(&source.network());
    let identified = match credential(&app, request.headers()) {
        Some(credential) => identify(&app, credential, source, at_source).await,
        None => rate::count(app.shared(), &[at_source]).await.map(|remaining| (remaining, None)),
    };
    let (remaining, found) = match identified {
        Ok(identified) => identified,
        Err(refusal) => return *refusal,
    };
    if let Some(found) = found {
        let found = found.and_then(|caller| {
            unforged(&caller.credential, request.method(), request.headers())?;
            only_looking(&caller, &request)?;
            Ok(caller)
        });
        request.extensions_mut().insert(Presented(found));
    }
    let mut response = next.run(request).await;
    remaining.write(response.headers_mut());
    response
}

/// What is left to a caller, and who it is where it has a credential.
type Identified = (Remaining, Option<Result<Caller, Problem>>);

/// A credential that proved good before is charged as it was then. Any other is charged as a guess, which it gets back
/// unless it is one.
async fn identify(
    app: &App,
    credential: Credential,
    source: Source,
    at_source: Charge,
) -> Result<Identified, Box<Response>> {
    let print = credential.print();
    let guess = || app.limits().guesses.charge(&source.network());
    match app.shared().standing(&print) {
        Some(Standing::Good(charges)) => {
            let charges: Vec<Charge> = std::iter::once(at_source).chain(charges.iter().cloned()).collect();
            let remaining = rate::count(app.shared(), &charges).await?;
            let found = authenticate(app, &credential, source).await;
            Ok((remaining, Some(found.map_err(Problem::from))))
        }
        Some(Standing::Strange(_)) => {
            let remaining = rate::count(app.shared(), &[at_source, guess()]).await?.first();
            Ok((remaining, Some(Err(credential.unknown().into()))))
        }
        None => {
            let mut remaining = rate::count(app.shared(), &[at_source, guess()]).await?.first();
            let found = authenticate(app, &credential, source).await;
            if !matches!(found, Err(AccessError::TokenUnknown | AccessError::SessionUnknown)) {
                app.limits().guesses.give_back(&source.network()).await;
            }
            if let Ok(caller) = &found {
                remaining = remaining.with(rate::count(app.shared(), &charged(app, &caller.principal)).await?);
            }
            Ok((remaining, Some(found.map_err(Problem::from))))
        }
    }
}

/// Remembers what the calls of a session that was just made are charged to, so that its first is no guess.
pub fn introduce(app: &App, session: &SecretString, principal: &Principal) {
    app.shared().remember(Credential::Session(session.clone()).print(), charged(app, principal));
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of_call(parts)
    }
}

/// The caller that proved who it is, if one did.
#[must_use]
pub fn found(extensions: &Extensions) -> Option<&Caller> {
    extensions.get::<Presented>().and_then(|presented| presented.0.as_ref().ok())
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
    /// Who makes a call.
    ///
    /// # Errors
    /// `missing_credentials`, or why the credential proves nothing.
    pub fn of_call(parts: &Parts) -> Result<Self, Problem> {
        match parts.extensions.get() {
            Some(Presented(found)) => found.clone(),
            None => Err(Problem::unauthenticated("missing_credentials", "Sign in, or send an API token as Bearer.")),
        }
    }

    fn of(principal: Principal, credential: &Credential, source: Source) -> Self {
        let session = match credential {
            Credential::Session(secret) => Some(secret.clone()),
            Credential::Token(_) => None,
        };
        let principal = principal.from_source(Some(source.to_string()));
        Self { principal, session, credential: credential.clone(), source }
    }

    /// Who listens, where a stream of events is opened.
    #[must_use]
    pub fn listening(&self) -> events::Who {
        let credential = match self.principal.via() {
            Via::Session { id, .. } => id.get(),
            Via::Token(id) => id.get(),
            Via::System | Via::Absent => Uuid::nil(),
        };
        events::Who { credential, home: self.principal.home(), operator: self.principal.operator() }
    }

    /// Proves by the same credential again, for what outlasts a call. Nothing is believed from before.
    ///
    /// # Errors
    /// Where it proves nothing any more.
    pub async fn prove_again(&self, app: &App) -> Result<Self, Problem> {
        Ok(look_up(app, &self.credential, self.source, app.shared().epoch()).await?)
    }
}

async fn authenticate(app: &App, credential: &Credential, source: Source) -> Result<Caller, AccessError> {
    match app.shared().proof(&credential.print(), app.store().now()) {
        Ok(principal) => Ok(Caller::of(principal, credential, source)),
        Err(since) => look_up(app, credential, source, since).await,
    }
}

async fn look_up(app: &App, credential: &Credential, source: Source, since: Epoch) -> Result<Caller, AccessError> {
    let (print, now) = (credential.print(), app.store().now());
    app.metrics().credential_lookups.inc();
    let found = match credential {
        Credential::Token(token) => app.access().authenticate_token(token).await,
        Credential::Session(secret) => app.access().authenticate_session(secret).await,
    };
    match &found {
        Ok(principal) => {
            app.shared().keep_proof(print, since, principal.clone(), now);
            app.shared().remember(print, charged(app, principal));
        }
        Err(AccessError::TokenUnknown | AccessError::SessionUnknown) => {
            app.shared().remember_stranger(print, Stranger::Unknown);
        }
        Err(_) => {}
    }
    Ok(Caller::of(found?, credential, source))
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
fn charged(app: &App, principal: &Principal) -> Vec<Charge> {
    let limits = app.limits();
    match principal.via() {
        Via::Session { id, .. } => vec![limits.calls.charge(&id.get())],
        Via::Token(id) => {
            let account = principal.held().first().map(|held| limits.accounts.charge(&held.account));
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
            AccessError::SessionUnknown | AccessError::NothingHeld | AccessError::SessionExpired => {
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
