//! A call's work on one account: a scope that the caller was authorised for, and the reply that is
//! committed with it.
//!
//! A handler takes [`Authorized<P>`], makes one service call on its scope and ends with one of the
//! replies; only those commit. What a handler forgets to end never happened. There is no other way from a
//! request to a scope, so no handler can skip the authorisation.

pub mod admit;
mod authorized;
pub(crate) mod idempotency;
mod once;
mod refused;
mod store;
pub mod turn;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bailiwick_store::{AccountId, Scope, Sight};
use serde::Serialize;

pub use authorized::{Authorized, Needs, permission};
use idempotency::{Claim, Pending};
pub use once::Once;
pub use refused::Refused;

use crate::{App, caller::Caller, edge::Problem, events::Kind};

/// A scope, who works in it, and the key of the call if it has one.
pub struct Work {
    /// The server's parts.
    pub app: App,
    /// Who calls.
    pub caller: Caller,
    /// The transaction.
    pub scope: Scope,
    pending: Option<Pending>,
    /// Where the scope was opened: keys are kept there, also when the scope is narrowed later.
    opened: AccountId,
}

impl Work {
    /// Opens a scope on an account for a caller with the permission `P`.
    ///
    /// # Errors
    /// `not_found` for an account that the caller does not see, `denied` for a lacking permission; and the
    /// answer to repeat, where the call's key was used before.
    pub async fn open<P: Needs>(
        app: &App,
        caller: Caller,
        account: AccountId,
        pending: Option<Pending>,
    ) -> Result<Self, Refused> {
        let mut scope =
            app.access().authorize(&caller.principal, account, P::PERMISSION).await.map_err(Problem::from)?;
        if let Some(pending) = &pending {
            pending.claim(app, &mut scope, Claim::WithWork).await?;
        }
        Ok(Self { app: app.clone(), caller, scope, pending, opened: account })
    }

    /// Whether a caller has the permission `P` on an account, and how far it reaches below.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn check<P: Needs>(app: &App, caller: &Caller, account: AccountId) -> Result<Sight, Problem> {
        let scope = app.access().authorize(&caller.principal, account, P::PERMISSION).await?;
        Ok(scope.sight())
    }

    /// Commits and replies.
    ///
    /// # Errors
    /// What the commit met.
    pub async fn reply<T: Serialize>(mut self, status: StatusCode, body: &T) -> Result<Response, Problem> {
        let json = serde_json::to_vec(body).map_err(|e| Problem::internal(&e))?;
        self.keep(status, &json).await?;
        self.scope.commit().await?;
        Ok(json_reply(status, json))
    }

    /// Commits and replies with something that shows a secret once, so that it is not kept.
    ///
    /// # Errors
    /// What the commit met.
    pub async fn reply_once<T: Serialize>(self, status: StatusCode, body: &T) -> Result<Response, Problem> {
        let json = serde_json::to_vec(body).map_err(|e| Problem::internal(&e))?;
        self.scope.commit().await?;
        Ok(json_reply(status, json))
    }

    /// Commits and replies with nothing but a status.
    ///
    /// # Errors
    /// What the commit met.
    pub async fn done(mut self, status: StatusCode) -> Result<Response, Problem> {
        self.keep(status, &[]).await?;
        self.scope.commit().await?;
        Ok(status.into_response())
    }

    /// [`Self::done`], and tells open portals of it.
    ///
    /// # Errors
    /// What the commit met.
    pub async fn done_and_poke(self, status: StatusCode, kind: Kind) -> Result<Response, Problem> {
        let (app, account, lineage) = (self.app.clone(), self.scope.account(), self.scope.lineage().clone());
        let reply = self.done(status).await?;
        app.bus().poke(kind, account, &lineage);
        Ok(reply)
    }

    async fn keep(&mut self, status: StatusCode, answer: &[u8]) -> Result<(), Problem> {
        // A scope that was narrowed cannot write where the key is: its replay then says that the call was done.
        match &self.pending {
            Some(pending) if self.scope.account() == self.opened => {
                pending.keep(&mut self.scope, status, Some(answer)).await
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn json_reply(status: StatusCode, json: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}
