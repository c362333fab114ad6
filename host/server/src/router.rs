//! Every route, and what stands before it.
//!
//! From the outside in: the call gets its id, is counted and timed, headers are set, a panic becomes a
//! problem, host and source are established, files are packed once, time is limited. Below `/api/v1` the caller is
//! identified, its rate charged, the query checked, the permission asked for, and only then the body read, before the
//! call waits for its share of the server ([`work::turn`]). Only then does the handler open a transaction, and its reply
//! is compressed within the share.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::HeaderMap,
    middleware::{self, Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _},
    },
};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    App, accounts, alerts, audit, branding, caller, collectors, devices, drivers,
    edge::{self, Fixed},
    egress, elevation, enrollments, events, groups, ingress, invitations, mail, openapi, operators, password_reset,
    restrictions, roles, session, sessions, sign_in, sites, summary, tokens, view_as, work,
};

fn ordinary() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::Preface::openapi())
        .merge(session::router())
        .merge(sessions::router())
        .merge(sign_in::router())
        .merge(accounts::router())
        .merge(summary::router())
        .merge(operators::router())
        .merge(invitations::router())
        .merge(password_reset::router())
        .merge(mail::router())
        .merge(egress::router())
        .merge(roles::router())
        .merge(restrictions::router())
        .merge(elevation::router())
        .merge(view_as::router())
        .merge(tokens::router())
        .merge(sites::router())
        .merge(devices::router())
        .merge(groups::router())
        .merge(alerts::router())
        .merge(collectors::router())
        .merge(enrollments::router())
        .merge(audit::router())
        .merge(branding::router())
        .merge(events::router())
}

/// The OpenAPI document of all routes below `/api/v1`.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = ordinary().merge(drivers::router()).into_openapi();
    openapi::complete(&mut document);
    document
}

/// The public router.
pub fn router(app: App) -> Router {
    let document = document();
    let names = edge::guard::Names::of(&document);
    let operations = (app.clone(), work::admit::Operations::of(&document));
    let document = Fixed::new(document.to_json().unwrap_or_default().into());
    let (api, _) = ordinary().merge(drivers::router()).split_for_parts();
    let api = api
        .layer(from_fn(work::turn::note_whole))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), work::turn::take))
        // each body is bounded where it is read
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(operations, work::admit::admit))
        .route("/api/v1/openapi.json", axum::routing::get(move |headers| described(document, headers)))
        .layer(from_fn_with_state(names, edge::guard::rest))
        .layer(from_fn_with_state(app.clone(), caller::announce))
        .layer(from_fn_with_state(app.clone(), caller::establish));
    let inner = Router::new()
        .merge(api)
        .merge(ingress::router(&app))
        .fallback(edge::assets::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app.clone(), limit_time))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(Fixed::is_other)))
        .layer(from_fn_with_state(app.clone(), edge::source::establish))
        .layer(from_fn(edge::host::establish));
    inner
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), edge::headers::secure))
        .layer(from_fn_with_state(app.clone(), edge::metrics::measure))
        .layer(middleware::from_fn(edge::request_id::assign))
        .with_state(app)
}

async fn described(document: Fixed, headers: HeaderMap) -> Response {
    document.reply(&headers, "application/json".to_owned(), "no-cache").await
}

async fn wrong_method() -> edge::Problem {
    edge::Problem::new(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This path does not take this method.",
    )
}

/// Ends a call that takes too long; what it did not commit never happened. Event streams are past this point
/// as soon as they begin.
async fn limit_time(State(app): State<App>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.config().request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => edge::Problem::unavailable(5).into_response(),
    }
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!(request_id = edge::request_id::current(), "a handler panicked");
    edge::Problem::new(
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "The server failed; the log says why.",
    )
    .into_response()
}
