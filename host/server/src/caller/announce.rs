//! The word that rights may have changed, after every call that may change them.
//!
//! Every call that changes something counts as one, but for a closed list of things that nobody's rights hang on: an
//! endpoint that is new says too much rather than too little.

use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use crate::App;

/// Parts of paths below which nothing changes who may do what.
const HARMLESS: [&str; 7] = ["alerts", "collectors", "devices", "drivers", "enrollments", "groups", "sites"];

/// Says it when dropped: also where the call was given up, whose work may be done all the same.
struct Word(Option<App>);

impl Drop for Word {
    fn drop(&mut self) {
        if let Some(app) = &self.0 {
            app.shared().access_changed();
        }
    }
}

/// Has every process look again who a caller is, once this call is over and before its caller hears of it.
pub async fn announce(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if request.method().is_safe() || is_harmless(route) {
        return next.run(request).await;
    }
    let mut word = Word(Some(app));
    let response = next.run(request).await;
    // nothing was done
    if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS) {
        word.0 = None;
    }
    response
}

fn is_harmless(route: &str) -> bool {
    route.split('/').any(|part| HARMLESS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rights_hang_on_is_announced() {
        for route in ["/api/v1/session", "/api/v1/accounts/{id}/operators/{operator_id}", "/api/v1/new/thing", ""] {
            assert!(!is_harmless(route), "{route}");
        }
        assert!(is_harmless("/api/v1/accounts/{id}/devices/{device_id}"));
    }
}
