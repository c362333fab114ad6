use axum::{extract::State, http::StatusCode};
use bailiwick_access::sessions::SessionId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    App,
    caller::Caller,
    edge::{Path, Problem},
};

/// Which session.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SessionAt {
    /// The session.
    #[param(value_type = Uuid)]
    session_id: SessionId,
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{session_id}", tag = "sessions", params(SessionAt),
    responses((status = 204)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<SessionAt>,
) -> Result<StatusCode, Problem> {
    app.access().end_session(&caller.principal, at.session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
