//! Which collector calls, as the door found it.

use axum::{extract::FromRequestParts, http::request::Parts};
use bailiwick_devices::collectors::Authenticated;
use bailiwick_store::{Actor, Scope};

use crate::{App, edge::Problem};

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
        parts.extensions.get().copied().ok_or_else(Problem::not_found)
    }
}
