use axum::{extract::State, http::StatusCode};

use crate::{App, caller::Caller, edge::Problem};

/// Ends looking as somebody else does.
#[utoipa::path(delete, path = "/api/v1/session/view-as", tag = "session", responses((status = 204)))]
pub(super) async fn end_view_as(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.access().end_view_as(&caller.principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
