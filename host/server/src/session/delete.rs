use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use crate::{
    App,
    caller::{self, Caller},
    edge::Problem,
};

/// Signs out: the session ends on the server, and the cookie is removed.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub(super) async fn delete(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.access().sign_out(&caller.principal).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some((name, value)) = caller::clear(app.config().transport.secure()) {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
