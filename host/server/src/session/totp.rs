//! `/session/totp`: setting up, confirming and removing an authenticator app; `/session/recovery-codes`.

use axum::{Json as Reply, extract::State, http::StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::{PasskeyAnswer, own_evidence};
use crate::{
    App,
    caller::Caller,
    edge::{Host, Json, Problem, Source},
};

/// The present password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TotpBegin)]
pub(super) struct Begin {
    #[schema(value_type = String, write_only)]
    password: SecretString,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FactorCode)]
pub(super) struct Code {
    /// Six digits of the authenticator app.
    #[schema(value_type = String, write_only)]
    code: SecretString,
}

/// A code, or the answer of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FactorProof)]
pub(super) struct Shown {
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// To the challenge of `GET /session/passkeys/challenge`.
    passkey: Option<PasskeyAnswer>,
}

/// The present password, and a code or the answer of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TotpRemove)]
pub(super) struct Remove {
    #[schema(value_type = String, write_only)]
    password: SecretString,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// To the challenge of `GET /session/passkeys/challenge`.
    passkey: Option<PasskeyAnswer>,
}

/// What the authenticator app takes, shown once.
#[derive(Serialize, ToSchema)]
pub struct TotpSecret {
    /// For typing, in base32.
    secret: String,
    /// For a QR code: `otpauth://totp/…`.
    uri: String,
}

/// Recovery codes, shown once; each is good once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    codes: Vec<String>,
}

impl From<Vec<SecretString>> for RecoveryCodes {
    fn from(codes: Vec<SecretString>) -> Self {
        Self { codes: codes.iter().map(|code| code.expose_secret().to_owned()).collect() }
    }
}

/// Begins to set up an authenticator app; it counts once it is confirmed.
#[utoipa::path(post, path = "/api/v1/session/totp", tag = "session",
    request_body = Begin, responses((status = 201, body = TotpSecret)))]
pub(super) async fn begin_totp(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    Json(body): Json<Begin>,
) -> Result<(StatusCode, Reply<TotpSecret>), Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let begun = app.access().begin_totp(&caller.principal, app.sealing_key(), &body.password).await?;
    let shown = |secret: &SecretString| secret.expose_secret().to_owned();
    Ok((StatusCode::CREATED, Reply(TotpSecret { secret: shown(&begun.secret), uri: shown(&begun.uri) })))
}

/// Confirms an authenticator app by its first code. One's other sessions end.
#[utoipa::path(post, path = "/api/v1/session/totp/confirm", tag = "session",
    request_body = Code, responses((status = 200, body = RecoveryCodes)))]
pub(super) async fn confirm_totp(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    Json(body): Json<Code>,
) -> Result<Reply<RecoveryCodes>, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let codes = app.access().confirm_totp(&caller.principal, app.sealing_key(), &body.code).await?;
    Ok(Reply(codes.into()))
}

/// Removes the authenticator app and the recovery codes.
#[utoipa::path(post, path = "/api/v1/session/totp/remove", tag = "session",
    request_body = Remove, responses((status = 204)))]
pub(super) async fn remove_totp(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    host: Host,
    Json(body): Json<Remove>,
) -> Result<StatusCode, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let shown = own_evidence(&app, &host, &caller, body.code, body.passkey).await?;
    app.access().remove_totp(&caller.principal, app.sealing_key(), &body.password, shown).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes fresh recovery codes; those before are good no more.
#[utoipa::path(post, path = "/api/v1/session/recovery-codes", tag = "session",
    request_body = Shown, responses((status = 200, body = RecoveryCodes)))]
pub(super) async fn renew_recovery_codes(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    host: Host,
    Json(body): Json<Shown>,
) -> Result<Reply<RecoveryCodes>, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let shown = own_evidence(&app, &host, &caller, body.code, body.passkey).await?;
    let codes = app.access().renew_recovery_codes(&caller.principal, app.sealing_key(), shown).await?;
    Ok(Reply(codes.into()))
}
