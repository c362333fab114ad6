use axum::{extract::State, http::StatusCode};

use crate::{App, caller::Caller, edge::Problem};

/// Ends all of one's own sessions but the one that asks.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "sessions", responses((status = 204)))]
pub(super) async fn delete_others(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.access().end_other_sessions(&caller.principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
