//! The word that rights may have changed, after every call that may have changed them, to whom it concerns.
//!
//! A call of somebody who is signed in concerns the account of its path, or that person. It counts as one that changes
//! rights, but for a closed list of things that nobody's rights hang on: an endpoint that is new says too much rather
//! than too little. A call that was refused changed nothing and says nothing. Strangers' calls say nothing by
//! themselves: those few that change somebody's rights answer with [`Changed`].

use axum::{
    RequestPartsExt as _,
    extract::{MatchedPath, RawPathParams, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{Extension, Response},
};
use bailiwick_store::Actor;

use super::Caller;
use crate::{App, events::Concern};

/// Parts of paths below which nothing changes who may do what.
const HARMLESS: [&str; 9] =
    ["alerts", "collectors", "devices", "drivers", "egress", "enrollments", "exports", "groups", "sites"];

/// Whose rights a stranger's call changed; goes with its reply.
#[derive(Debug, Clone)]
struct Changed(Concern);

/// What a reply says where a stranger's call changed somebody's rights.
pub fn changed(concern: Concern) -> Extension<impl Clone + Send + Sync + 'static> {
    Extension(Changed(concern))
}

/// Says it when dropped: also where the call was given up, whose work may be done all the same.
struct Word {
    app: App,
    concerns: Vec<Concern>,
}

impl Drop for Word {
    fn drop(&mut self) {
        for concern in self.concerns.drain(..) {
            self.app.shared().access_changed(concern);
        }
    }
}

/// Has every process look again who those are whom this call concerns, once it is over and before its caller hears of it.
pub async fn announce(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if request.method().is_safe() || is_harmless(route) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let concerns = concerns(&app, &mut parts).await;
    let mut word = Word { app, concerns };
    let response = next.run(Request::from_parts(parts, body)).await;
    // nothing was done
    if response.status().is_client_error() {
        word.concerns.clear();
    }
    word.concerns.extend(response.extensions().get::<Changed>().map(|changed| changed.0.clone()));
    response
}

/// Whom the call of somebody who is signed in concerns.
async fn concerns(app: &App, parts: &mut Parts) -> Vec<Concern> {
    let Ok(caller) = Caller::of_call(parts) else { return Vec::new() };
    let Ok(params) = parts.extract::<RawPathParams>().await else { return vec![Concern::Everyone] };
    let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let operator = param("operator_id").and_then(|id| id.parse().ok()).map(Concern::Operator);
    let Some(account) = param("id") else {
        return caller.principal.operator().map(Concern::Operator).into_iter().collect();
    };
    // what is no account's id is refused
    let Ok(account) = account.parse() else { return Vec::new() };
    match app.store().scope(&Actor::system("announce"), account).await {
        Ok(scope) => std::iter::once(Concern::Place(scope.lineage().clone())).chain(operator).collect(),
        Err(bailiwick_store::StoreError::NotFound) => Vec::new(),
        Err(_) => vec![Concern::Everyone],
    }
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
