//! `GET /sessions`: the caller's own sessions, and nobody else's.

use axum::{extract::State, response::Response};
use bailiwick_access::Via;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Page, Problem, Query, Tabular},
};

/// One of one's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    id: Uuid,
    created_at: Timestamp,
    /// To the minute.
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    /// The address that the sign-in came from.
    source: Option<String>,
    /// The browser and its system, as far as it told: `Firefox, Linux`.
    device: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

impl Tabular for OwnSession {
    const COLUMNS: &'static [&'static str] =
        &["id", "created_at", "last_seen_at", "expires_at", "source", "device", "current"];
}

/// One's own sessions, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", params(Page),
    responses((status = 200, body = List<OwnSession>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let this = match caller.principal.via() {
        Via::Session { id, .. } => Some(id),
        _ => None,
    };
    let found = app.access().sessions(&caller.principal, &page.request()?).await?;
    form.reply(List::of(found, |session| OwnSession {
        id: session.id.get(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        source: session.source,
        device: session.device,
        current: this == Some(session.id),
    }))
}
