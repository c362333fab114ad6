//! Every error that a caller sees, in one shape: problem+json (RFC 9457) with a stable `code`.
//!
//! Capabilities map their errors to a [`Problem`] once, where their routes live. What the server itself
//! did wrong is logged here with its causes and shown as `internal` without them, so that no reply tells
//! of the database and no error is logged twice.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bailiwick_store::{QuotaExceeded, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{list::Page, request_id};

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Path in the body or name of the parameter: `settings.ranges[0]`.
    pub field: String,
    /// A stable code: `required`, `too_long`, `not_an_address`, …
    pub code: String,
    /// Says more, in English.
    pub detail: String,
}

/// The JSON of an error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `urn:bailiwick:problem:<code>`.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable; what scripts and the portal's messages go by.
    pub code: String,
    /// Says more, in English.
    pub detail: String,
    /// The fields that are wrong, for `invalid_input`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The request's id in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// An error on its way to the caller.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldProblem>,
    retry_after: Option<u64>,
    challenge: Option<&'static str>,
    /// The codings that are read, for a body in another.
    accepts: Option<&'static str>,
}

impl Problem {
    /// A problem with this status, code and detail.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            challenge: None,
            accepts: None,
        }))
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What does not exist, or what the caller may not know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here, or nothing that you may see.")
    }

    /// The caller sees the account, but its role does not permit this.
    #[must_use]
    pub fn denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "denied", "Your role on this account does not permit this.")
    }

    /// The fields that are wrong.
    #[must_use]
    pub fn errors(&self) -> &[FieldProblem] {
        &self.0.errors
    }

    /// The caller did not prove who it is, for the reason that `code` names.
    #[must_use]
    pub fn unauthenticated(code: &'static str, detail: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, code, detail);
        problem.0.challenge = Some("Bearer");
        problem
    }

    /// A body that is not what is asked for.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", detail)
    }

    /// One field is wrong.
    #[must_use]
    pub fn field(field: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let field = field.into();
        let problem = Self::invalid(format!("{field}: {detail}"));
        problem.with_errors(vec![FieldProblem { field, code: code.to_owned(), detail }])
    }

    /// The state of things does not permit it.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// A conflict that passes by itself; again after so many seconds.
    #[must_use]
    pub fn in_progress(code: &'static str, detail: impl Into<String>, retry_after: u64) -> Self {
        let mut problem = Self::conflict(code, detail);
        problem.0.retry_after = Some(retry_after.max(1));
        problem
    }

    /// The body is in a content coding that is not read here (RFC 9110, section 15.5.16).
    #[must_use]
    pub fn unsupported_encoding(accepts: &'static str) -> Self {
        let detail =
            "The server does not read this Content-Encoding; the header Accept-Encoding names those that it reads.";
        let mut problem = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", detail);
        problem.0.accepts = Some(accepts);
        problem
    }

    /// Too many calls; again after so many seconds.
    #[must_use]
    pub fn rate_limited(retry_after: u64) -> Self {
        Self::too_many("rate_limited", "Too many calls; slow down.", retry_after)
    }

    /// Too many of something else than calls; again after so many seconds.
    #[must_use]
    pub fn too_many(code: &'static str, detail: impl Into<String>, retry_after: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail);
        problem.0.retry_after = Some(retry_after.max(1));
        problem
    }

    /// As much of the account's own work is under way and waiting as may be; again after so many seconds.
    #[must_use]
    pub fn too_much_at_once(retry_after: u64) -> Self {
        let detail = "As much of your account's work is under way and waiting as may be; wait for it.";
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_much_at_once", detail);
        problem.0.retry_after = Some(retry_after.max(1));
        problem
    }

    /// The caller has too much under way at once; again after so many seconds.
    #[must_use]
    pub fn too_much_in_flight(retry_after: u64) -> Self {
        let detail = "Too much of yours is under way at once; wait for some of it to end.";
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_much_in_flight", detail);
        problem.0.retry_after = Some(retry_after.max(1));
        problem
    }

    /// The server cannot do it now; again after so many seconds.
    #[must_use]
    pub fn unavailable(retry_after: u64) -> Self {
        let mut problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The server cannot do this now; try again.");
        problem.0.retry_after = Some(retry_after.max(1));
        problem
    }

    /// A fault of the server: logged here with its causes, shown without them. Where the database refused a
    /// value as no value of its type, it is the caller's fault, which no check before had seen.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        if let Some(state) = data_exception(error) {
            tracing::debug!(request_id = request_id::current(), state, "the database refused a value");
            return Self::invalid("The database cannot store or look up one of the given values.");
        }
        let causes: Vec<String> = std::iter::successors(Some(error), |e| e.source()).map(ToString::to_string).collect();
        tracing::error!(request_id = request_id::current(), causes = causes.join(": "), "a call failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed; the log says why.")
    }

    /// Says after how many seconds another try is worth it.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds.max(1));
        self
    }

    /// Adds the fields that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.0.errors = errors;
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Problem {}

/// Carries the code to the metrics without reading the body again.
#[derive(Debug, Clone, Copy)]
pub struct ProblemCode(pub &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner { status, code, detail, errors, retry_after, challenge, accepts } = *self.0;
        let body = ProblemBody {
            r#type: format!("urn:bailiwick:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail,
            errors,
            request_id: request_id::current(),
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(scheme) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        if let Some(codings) = accepts {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(codings));
        }
        response.extensions_mut().insert(ProblemCode(code));
        response
    }
}

/// The SQLSTATE of a data exception (class 22) among an error's causes.
fn data_exception(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    std::iter::successors(Some(error), |e| e.source())
        .filter_map(|cause| cause.downcast_ref::<sqlx::Error>())
        .find_map(|cause| Some(cause.as_database_error()?.code()?.into_owned()))
        .filter(|state| state.starts_with("22"))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Full(reached) => Self::conflict("limit_reached", format!("{reached}.")),
            StoreError::Cursor(_) => Page::foreign_cursor(),
            StoreError::Moved => Self::in_progress("moved", "The account was moved just now: try again.", 1),
            StoreError::Busy(_) => {
                tracing::warn!(request_id = request_id::current(), "the database is busy or away");
                Self::unavailable(2)
            }
            other => Self::internal(&other),
        }
    }
}

impl From<QuotaExceeded> for Problem {
    fn from(full: QuotaExceeded) -> Self {
        Self::conflict("quota_exceeded", format!("{full}: ask who manages the account."))
    }
}
