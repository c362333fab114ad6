//! `PUT /session/password`: a new password, against the present one.

use axum::{extract::State, http::StatusCode};
use bailiwick_access::{AccessError, Password};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    App,
    caller::Caller,
    edge::{Json, Problem, Source},
};

/// The present password and the one to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPassword)]
pub(super) struct Body {
    #[schema(value_type = String, write_only)]
    present: SecretString,
    /// At least 12 characters, and none that is guessed first: not all the same, no common words or names with digits,
    /// not one's e-mail address.
    #[schema(value_type = String, write_only)]
    new: SecretString,
}

/// Changes one's own password and ends one's other sessions.
#[utoipa::path(put, path = "/api/v1/session/password", tag = "session",
    request_body = Body, responses((status = 204)))]
pub(super) async fn password(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    Json(body): Json<Body>,
) -> Result<StatusCode, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let refused = |error: AccessError| match error {
        AccessError::Password(refused) => Problem::field("new", refused.code(), refused.to_string()),
        other => other.into(),
    };
    let new = Password::new(body.new).map_err(|e| refused(e.into()))?;
    app.access().change_password(&caller.principal, &body.present, &new).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
