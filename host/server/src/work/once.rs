//! `Idempotency-Key` for calls whose service commits by itself (accounts, operators, tokens).
//!
//! The key is claimed in a transaction of its own before the work and gets its answer after it. A crash in
//! between leaves the claim: a repetition does nothing then, and says so once the call cannot be going on any more,
//! so the work is still not done twice. A repetition during the work is told that it goes on.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use bailiwick_store::AccountId;
use serde::Serialize;

use super::{
    Needs, Refused,
    authorized::account,
    idempotency::{Claim, Pending},
    json_reply,
};
use crate::{App, caller::Caller, edge::Problem};

/// A call on the account of the path that is done at most once for its key.
pub struct Once {
    /// The server's parts.
    pub app: App,
    /// Who calls.
    pub caller: Caller,
    /// The account of the path.
    pub account: AccountId,
    pending: Option<Pending>,
}

impl FromRequestParts<App> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let account = account(parts, app).await?;
        Ok(Self { app: app.clone(), caller, account, pending: parts.extensions.get().cloned() })
    }
}

impl Once {
    /// Claims the key, which takes the permission `P`.
    ///
    /// # Errors
    /// As [`super::Work::open`].
    pub async fn claim<P: Needs>(&self) -> Result<(), Refused> {
        let Some(pending) = &self.pending else { return Ok(()) };
        let authorized = self.app.access().authorize(&self.caller.principal, self.account, P::PERMISSION).await;
        let mut scope = authorized.map_err(Problem::from)?;
        pending.claim(&self.app, &mut scope, Claim::Ahead).await?;
        Ok(scope.commit().await.map_err(Problem::from)?)
    }

    /// Ends the call: keeps the answer of what was done, or gives the key free for what was not.
    ///
    /// # Errors
    /// The error of the work.
    pub async fn end<T: Serialize, E: Into<Problem>>(
        self,
        status: StatusCode,
        done: Result<T, E>,
    ) -> Result<Response, Refused> {
        match done {
            Ok(body) => {
                let json = serde_json::to_vec(&body).map_err(|e| Problem::internal(&e))?;
                self.settle(Some((status, Some(&json)))).await;
                Ok(json_reply(status, json))
            }
            Err(error) => Err(self.fail(error).await.into()),
        }
    }

    /// [`Self::end`] for an answer that shows a secret once.
    ///
    /// # Errors
    /// The error of the work.
    pub async fn end_once<T: Serialize, E: Into<Problem>>(
        self,
        status: StatusCode,
        done: Result<T, E>,
    ) -> Result<Response, Refused> {
        match done {
            Ok(body) => {
                self.settle(Some((status, None))).await;
                Ok((status, axum::Json(body)).into_response())
            }
            Err(error) => Err(self.fail(error).await.into()),
        }
    }

    async fn fail(&self, error: impl Into<Problem>) -> Problem {
        self.settle(None).await;
        error.into()
    }

    /// The work is done or not, whatever becomes of the key: a failure here only makes a repetition say less.
    async fn settle(&self, answer: Option<(StatusCode, Option<&[u8]>)>) {
        let Some(pending) = &self.pending else { return };
        let settled = async {
            let mut scope = self.app.store().scope(self.caller.principal.actor(), self.account).await?;
            match answer {
                Some((status, json)) => pending.keep(&mut scope, status, json).await?,
                None => pending.free(&mut scope).await?,
            }
            scope.commit().await.map_err(Problem::from)
        };
        if let Err(problem) = settled.await {
            tracing::warn!(code = problem.code(), "an idempotency key was not settled");
        }
    }
}
