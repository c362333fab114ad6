//! Every call has an id, `X-Request-Id`, that its reply, its problem and its log lines share.
//!
//! The server makes it; one sent by a caller is not taken over, since the log would then hold whatever
//! callers write.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;
use uuid::Uuid;

/// `X-Request-Id`.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The id of the call that this task serves.
#[must_use]
pub fn current() -> Option<String> {
    CURRENT.try_with(Uuid::to_string).ok()
}

/// Gives the call an id and a span.
pub async fn assign(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let span = tracing::info_span!("call", request_id = %id, method = super::metrics::method(request.method()));
    let mut response = CURRENT.scope(id, next.run(request).instrument(span)).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
