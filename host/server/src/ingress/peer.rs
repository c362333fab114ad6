//! Which collector calls: proven by its key, counted by its rate limit.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use bailiwick_devices::collectors::{self, Authenticated, CollectorError};
use bailiwick_store::{Actor, Scope};

use crate::{
    App,
    edge::{Problem, Source},
};

/// The collector that calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub Authenticated);

impl Peer {
    /// A transaction in its account, with it as the actor.
    pub async fn scope(&self, app: &App) -> Result<Scope, Problem> {
        Ok(app.store().scope(&Actor::Collector(self.0.collector), self.0.account).await?)
    }
}

impl FromRequestParts<App> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
            .ok_or_else(|| Problem::unauthenticated("missing_credentials", "Send the collector's key as Bearer."))?;
        match collectors::authenticate(app.store(), key.trim()).await {
            Ok(known) => {
                app.limits().collectors.count(&known.collector).await?;
                Ok(Self(known))
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
}
