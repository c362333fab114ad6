//! `Idempotency-Key` on POST: the same call twice does its work once.
//!
//! The key is claimed in the transaction that does the work and its answer kept in the same, so there is no
//! moment in which the work is done and the key is not known. Of two calls at once with one key the second
//! waits at the table's primary key for the first to end. Where a service commits by itself ([`super::Once`])
//! the key is claimed before the work, and a repetition meanwhile is told to come back
//! (`idempotency_in_progress`). An answer that shows a secret once is not kept: its repetition says that the
//! call was done (`idempotency_done`). Keys belong to one caller and account, and are forgotten
//! after 24 hours.

use axum::{
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bailiwick_store::{At, Scope};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Refused, store};
use crate::{App, edge::Problem};

const HEADER: &str = "idempotency-key";
/// Says that an answer is a repetition.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A key that came with a call, and what the call was.
#[derive(Debug, Clone)]
pub struct Pending {
    pub(super) key: String,
    pub(super) request: [u8; 32],
}

/// A key that was used before.
#[derive(Debug)]
pub(super) struct Kept {
    pub request: Vec<u8>,
    pub status: i32,
    pub answer: Option<Vec<u8>>,
    pub claimed_at: Timestamp,
}

/// When a claim is seen by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// With the work: who sees it knows that the work is done.
    WithWork,
    /// Before the work.
    Ahead,
}

impl Claim {
    /// What stands for the status until the answer has one.
    pub(super) fn status(self) -> i32 {
        match self {
            Self::WithWork => i32::from(StatusCode::OK.as_u16()),
            Self::Ahead => IN_PROGRESS,
        }
    }
}

/// No status of HTTP.
const IN_PROGRESS: i32 = 0;
/// A call that did not end so long after its time was up never will: its server stopped meanwhile.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// The key of a POST.
///
/// # Errors
/// `invalid_input` for a key of another shape, whatever the method.
pub(crate) fn key(parts: &Parts) -> Result<Option<String>, Problem> {
    let Some(value) = parts.headers.get(HEADER) else { return Ok(None) };
    let legal = |text: &&str| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let text = value.to_str().ok().filter(legal);
    let wrong = || Problem::field("Idempotency-Key", "invalid", "give 1 to 200 visible ASCII characters");
    let text = text.ok_or_else(wrong)?;
    Ok((parts.method == Method::POST).then(|| text.to_owned()))
}

/// What a call is, so that a key is not used for another.
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// Of a call whose body follows.
    pub(crate) fn begin(parts: &Parts) -> Self {
        let mut hash = Sha256::new();
        hash.update(parts.uri.path().as_bytes());
        hash.update([0]);
        hash.update(parts.uri.query().unwrap_or_default().as_bytes());
        hash.update([0]);
        Self(hash)
    }

    /// With more of the body.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The call's key with what the call is.
    pub(crate) fn end(self, key: String) -> Pending {
        Pending { key, request: self.0.finalize().into() }
    }
}

impl Pending {
    /// Takes the key for this call.
    ///
    /// # Errors
    /// The answer to repeat where it was used before, `idempotency_mismatch` where that was another call,
    /// `idempotency_in_progress` where the other did not end yet, `idempotency_done` where its answer was not kept.
    pub(super) async fn claim(&self, app: &App, scope: &mut Scope, claim: Claim) -> Result<(), Refused> {
        let now = app.store().now();
        if store::claim(scope, self, claim, At(now)).await.map_err(Problem::from)? {
            return Ok(());
        }
        let kept = store::kept(scope, &self.key).await.map_err(Problem::from)?;
        // It was there a moment ago: its call failed and gave it free.
        let kept = kept.ok_or_else(|| Problem::unavailable(1))?;
        if kept.request != self.request {
            return Err(
                Problem::conflict("idempotency_mismatch", "This Idempotency-Key was used for another call.").into()
            );
        }
        let time = SignedDuration::try_from(app.config().request_timeout).unwrap_or(SignedDuration::MAX);
        let latest = time.saturating_add(GRACE);
        if kept.status == IN_PROGRESS && now.duration_since(kept.claimed_at) < latest {
            let detail = "The first call with this Idempotency-Key is still being served; ask again for its answer.";
            return Err(Problem::in_progress("idempotency_in_progress", detail, 1).into());
        }
        Err(Refused::Replay(kept.into_response()?))
    }

    /// Notes the answer; without one that it was done and its answer is not kept.
    pub(super) async fn keep(
        &self,
        scope: &mut Scope,
        status: StatusCode,
        answer: Option<&[u8]>,
    ) -> Result<(), Problem> {
        Ok(store::keep(scope, &self.key, i32::from(status.as_u16()), answer).await?)
    }

    pub(super) async fn free(&self, scope: &mut Scope) -> Result<(), Problem> {
        Ok(store::free(scope, &self.key).await?)
    }
}

impl Kept {
    fn into_response(self) -> Result<Response, Problem> {
        let answer = self.answer.ok_or_else(|| {
            Problem::conflict("idempotency_done", "This call was made before; its answer was not kept.")
        })?;
        let status = u16::try_from(self.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
        let status = status.unwrap_or(StatusCode::OK);
        let empty = answer.is_empty();
        let mut response = (status, answer).into_response();
        let headers = response.headers_mut();
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if empty {
            headers.remove(header::CONTENT_TYPE);
        }
        Ok(response)
    }
}
