//! The server's own figures, and the port on which figures and health are read.
//!
//! Labels are routes, methods, statuses and stable codes: closed sets, of which callers choose one. A label is never an id,
//! an address, a name or anything else that a caller writes. So figures carry no personal data, and their number is
//! bounded.

use std::time::Instant;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use super::{listener, problem::ProblemCode};
use crate::App;

/// Handles of all figures that the server counts itself.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Where others (runtime, ingest) register theirs.
    pub registry: Registry,
    calls: IntCounterVec,
    duration: HistogramVec,
    running: IntGauge,
    problems: IntCounterVec,
    /// Reports by what became of them: `applied`, `repeated`, or the code of their rejection.
    pub reports: IntCounterVec,
    /// Sign-ins by what became of them: `signed_in`, `refused`, `limited`.
    pub sign_ins: IntCounterVec,
    /// Certificates read again, by outcome.
    pub certificate_reloads: IntCounterVec,
    /// Events that a stream told in summary, since there were too many to gather.
    pub events_lost: IntCounter,
    /// Looks of event streams at who listens: `made`, and of these asked for since `rights_changed`.
    pub stream_proofs: IntCounterVec,
    /// Looks into the database for who a token, a session or a collector's key belongs to.
    pub credential_lookups: IntCounter,
    /// Bytes of bodies that are held in memory.
    pub body_bytes: IntGauge,
    /// Bodies for which there was no room: `all`, or the sender's `own` share.
    pub bodies_refused: IntCounterVec,
    /// What went wrong with what server processes share: `away`, `unshared`, `lost`.
    pub shared_troubles: IntCounterVec,
    /// What was left out of reports beyond a limit, by what: `readings`, `rows`, `alerts`, `meters`, `devices`.
    pub reports_cut: IntCounterVec,
    /// Batches of reports that were done again since another changed the same devices meanwhile.
    pub batches_redone: IntCounter,
    /// Work under way, waiting and refused.
    pub shares: bailiwick_shares::Figures,
    /// Connections of the public listener.
    pub connections: listener::Figures,
}

impl Metrics {
    /// Registers them all.
    ///
    /// # Errors
    /// When a name is taken in this registry.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| -> Result<IntCounterVec, prometheus::Error> {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok(counters)
        };
        let calls = counters("bailiwick_http_requests_total", "Calls served.", &["method", "route", "status"])?;
        let problems = counters("bailiwick_http_problems_total", "Calls refused, by problem code.", &["code"])?;
        let reports = counters("bailiwick_ingest_reports_total", "Collector reports, by outcome.", &["outcome"])?;
        let reports_cut =
            counters("bailiwick_ingest_cut_total", "Left out of reports beyond a limit, by what.", &["what"])?;
        let sign_ins = counters("bailiwick_sign_ins_total", "Sign-ins, by outcome.", &["outcome"])?;
        let certificate_reloads =
            counters("bailiwick_tls_reloads_total", "Certificates read again, by outcome.", &["outcome"])?;
        let stream_proofs = counters(
            "bailiwick_event_stream_proofs_total",
            "Looks of event streams at who listens: made, and asked for since rights changed.",
            &["why"],
        )?;
        let bodies_refused = counters(
            "bailiwick_http_bodies_refused_total",
            "Bodies for which there was no room: in the budget of all, or in the sender's own share.",
            &["which"],
        )?;
        let body_bytes = IntGauge::new("bailiwick_http_body_bytes", "Bytes of bodies that are held in memory.")?;
        registry.register(Box::new(body_bytes.clone()))?;
        let credential_lookups = IntCounter::new(
            "bailiwick_credential_lookups_total",
            "Looks into the database for who a token, a session or a collector's key belongs to.",
        )?;
        registry.register(Box::new(credential_lookups.clone()))?;
        let shared_troubles = counters(
            "bailiwick_shared_troubles_total",
            "Trouble with Redis: it went away, a limit was counted unshared, wake-ups were lost.",
            &["what"],
        )?;
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let duration = HistogramVec::new(
            HistogramOpts::new("bailiwick_http_request_duration_seconds", "Time to the reply's head.").buckets(buckets),
            &["method", "route"],
        )?;
        let running = IntGauge::new("bailiwick_http_requests_running", "Calls being served.")?;
        let events_lost = IntCounter::new(
            "bailiwick_events_lost_total",
            "Events that a stream told in summary, since there were too many to gather.",
        )?;
        registry.register(Box::new(duration.clone()))?;
        registry.register(Box::new(running.clone()))?;
        registry.register(Box::new(events_lost.clone()))?;
        let batches_redone = IntCounter::new(
            "bailiwick_ingest_redone_total",
            "Batches done again, since another changed the same devices meanwhile.",
        )?;
        registry.register(Box::new(batches_redone.clone()))?;
        let shares = bailiwick_shares::Figures::new(&registry)?;
        let connections = listener::Figures::new(&registry)?;
        Ok(Self {
            registry,
            connections,
            calls,
            duration,
            running,
            problems,
            reports,
            sign_ins,
            certificate_reloads,
            events_lost,
            stream_proofs,
            credential_lookups,
            body_bytes,
            bodies_refused,
            shared_troubles,
            reports_cut,
            batches_redone,
            shares,
        })
    }

    /// The text exposition format.
    ///
    /// # Errors
    /// When encoding fails.
    pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Counts and times the call by its route, and logs it without address, query or ids.
pub async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let metrics = app.metrics();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let started = Instant::now();
    metrics.running.inc();
    // A caller that hangs up drops this future; the guard keeps the gauge right.
    let guard = Running(metrics.running.clone());
    let response = next.run(request).await;
    drop(guard);
    let took = started.elapsed();
    let status = response.status();
    metrics.calls.with_label_values(&[method, &route, status.as_str()]).inc();
    metrics.duration.with_label_values(&[method, &route]).observe(took.as_secs_f64());
    let code = response.extensions().get::<ProblemCode>().map(|p| p.0);
    if let Some(code) = code {
        metrics.problems.with_label_values(&[code]).inc();
    }
    tracing::debug!(route, status = status.as_u16(), code, took_us = took.as_micros(), "served");
    response
}

/// A method's name in figures and logs. HTTP lets callers invent methods of any length (RFC 9110, 9.1).
#[must_use]
pub fn method(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 9] = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::HEAD, "HEAD"),
        (Method::OPTIONS, "OPTIONS"),
        (Method::CONNECT, "CONNECT"),
        (Method::TRACE, "TRACE"),
    ];
    KNOWN.iter().find(|(known, _)| known == method).map_or("other", |(_, name)| name)
}

struct Running(IntGauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// `/metrics`, `/healthz` and `/readyz`, for their own port.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .layer(from_fn(super::host::establish))
        .with_state(app)
}

async fn metrics(State(app): State<App>) -> Response {
    match app.metrics().text() {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Ready is: not shutting down, and the database answers.
async fn ready(State(app): State<App>) -> Response {
    if app.stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n").into_response();
    }
    match tokio::time::timeout(std::time::Duration::from_secs(2), app.database_answers()).await {
        Ok(true) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}
