//! What a call at the collectors' door passes before its body is read: it is charged, and its key looked up.
//!
//! Charged first: by its source, and by the collector where the key proved good before, or else as a guess, which it gets
//! back unless it is one. So wrong keys cost a bounded number of looks into the database, however many there are.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_devices::collectors::{self, Authenticated, CollectorError};
use sha2::{Digest as _, Sha256};

use super::peer::Peer;
use crate::{
    App,
    edge::{Problem, Source, body, rate},
    shared::{Charge, Print, Standing, Stranger},
};

/// For calls that come with a collector's key.
pub(super) async fn known(State(app): State<App>, source: Source, mut request: Request, next: Next) -> Response {
    match identify(&app, source, request.headers()).await {
        Ok(who) => {
            request.extensions_mut().insert(Peer(who));
            next.run(request).await
        }
        Err(refusal) => *refusal,
    }
}

/// For calls that come with a one-time token: each counts as a guess.
pub(super) async fn guessed(State(app): State<App>, source: Source, request: Request, next: Next) -> Response {
    let network = source.network();
    let charges = [app.limits().door.charge(&network), app.limits().guesses.charge(&network)];
    match rate::count(app.shared(), &charges).await {
        Ok(_) => next.run(request).await,
        Err(refusal) => *refusal,
    }
}

/// Reads the body whole, up to so many bytes.
pub(super) async fn read(State((app, most)): State<(App, usize)>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let source = parts.extensions.get::<Source>().copied();
    let account = parts.extensions.get::<Peer>().map(|peer| peer.0.account);
    let Some(source) = source else { return Problem::not_found().into_response() };
    match app.bodies().read(body::Sender { source: source.network(), account }, body, most).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(problem) => problem.into_response(),
    }
}

fn key(headers: &HeaderMap) -> Result<&str, Problem> {
    let key = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    key.map(str::trim)
        .ok_or_else(|| Problem::unauthenticated("missing_credentials", "Send the collector's key as Bearer."))
}

async fn identify(app: &App, source: Source, headers: &HeaderMap) -> Result<Authenticated, Box<Response>> {
    let limits = app.limits();
    let network = source.network();
    let door = limits.door.charge(&network);
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let key = match key(headers) {
        Ok(key) => key,
        Err(problem) => {
            rate::count(app.shared(), &[door]).await?;
            return Err(refuse(problem));
        }
    };
    let print: Print = Sha256::new().chain_update("collector:").chain_update(key).finalize().into();
    let standing = app.shared().standing(&print);
    let charges: Vec<Charge> = match &standing {
        Some(Standing::Good(charges)) => std::iter::once(door).chain(charges.iter().cloned()).collect(),
        Some(Standing::Strange(_)) | None => vec![door, limits.guesses.charge(&network)],
    };
    rate::count(app.shared(), &charges).await?;
    match standing {
        Some(Standing::Strange(Stranger::Unknown)) => return Err(refuse(CollectorError::UnknownKey.into())),
        Some(Standing::Strange(Stranger::Revoked)) => return Err(refuse(CollectorError::Revoked.into())),
        Some(Standing::Good(_)) | None => {}
    }
    app.metrics().credential_lookups.inc();
    let found = collectors::authenticate(app.store(), key).await;
    match &found {
        Err(CollectorError::UnknownKey) => app.shared().remember_stranger(print, Stranger::Unknown),
        Err(CollectorError::Revoked) => app.shared().remember_stranger(print, Stranger::Revoked),
        // that a key is somebody's was proven, or nothing was: no guess
        _ if standing.is_none() => limits.guesses.give_back(&network).await,
        _ => {}
    }
    let who = found.map_err(|error| refuse(error.into()))?;
    let own = limits.collectors.charge(&who.collector);
    if standing.is_none() {
        rate::count(app.shared(), std::slice::from_ref(&own)).await?;
    }
    app.shared().remember(print, vec![own]);
    Ok(who)
}
