//! `/session/passkeys/{passkey_id}`: naming and removing a passkey of one's own; that of another does not exist.

use axum::{Json as Reply, extract::State, http::StatusCode};
use bailiwick_access::passkeys::PasskeyId;
use bailiwick_text::ShortName;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::PasskeyView;
use crate::{
    App,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// Which passkey.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::session) struct PasskeyAt {
    /// The passkey.
    #[param(value_type = Uuid)]
    passkey_id: PasskeyId,
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyPatch)]
pub(in crate::session) struct Body {
    name: ShortName,
}

/// Renames one of one's own passkeys.
#[utoipa::path(patch, path = "/api/v1/session/passkeys/{passkey_id}", tag = "session", params(PasskeyAt),
    request_body = Body, responses((status = 200, body = PasskeyView)))]
pub(in crate::session) async fn rename_passkey(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<PasskeyAt>,
    Json(body): Json<Body>,
) -> Result<Reply<PasskeyView>, Problem> {
    Ok(Reply(app.access().rename_passkey(&caller.principal, at.passkey_id, body.name.as_str()).await?.into()))
}

/// Takes one of one's own passkeys away, unless it is the only way to sign in.
#[utoipa::path(delete, path = "/api/v1/session/passkeys/{passkey_id}", tag = "session", params(PasskeyAt),
    responses((status = 204)))]
pub(in crate::session) async fn remove_passkey(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<PasskeyAt>,
) -> Result<StatusCode, Problem> {
    app.access().remove_passkey(&caller.principal, at.passkey_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
