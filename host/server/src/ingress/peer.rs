//! Which collector calls: proven by its key, counted by its rate limit.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, FromRequestParts, Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_devices::collectors::{self, Authenticated, CollectorError};
use bailiwick_store::{Actor, Scope};

use crate::{
    App,
    edge::{Problem, Source, input::body_problem},
};

/// The collector that calls.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub(crate) Authenticated);

impl Peer {
    /// A transaction in its account, with it as the actor.
    pub(super) async fn scope(&self, app: &App) -> Result<Scope, Problem> {
        Ok(app.store().scope(&Actor::Collector(self.0.collector), self.0.account).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(missing)
    }
}

fn missing() -> Problem {
    Problem::unauthenticated("missing_credentials", "Send the collector's key as Bearer.")
}

/// Looks at the call's key; lets nobody else through.
pub(super) async fn establish(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match authenticate(&mut parts, &app).await {
        Ok(peer) => {
            parts.extensions.insert(peer);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn authenticate(parts: &mut Parts, app: &App) -> Result<Peer, Problem> {
    let key = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or_else(missing)?;
    match collectors::authenticate(app.store(), key.trim()).await {
        Ok(known) => {
            app.limits().collectors.count(&known.collector).await?;
            Ok(Peer(known))
        }
        // whose key it is was proven, so it is no guess
        Err(error @ CollectorError::Suspended) => Err(error.into()),
        Err(error) => {
            let source = Source::from_request_parts(parts, app).await?;
            app.limits().guesses.count(&source.network()).await?;
            Err(error.into())
        }
    }
}

/// Reads the body whole, so that no share waits for a slow sender.
pub(super) async fn read_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(rejection) => body_problem(&rejection).into_response(),
    }
}
