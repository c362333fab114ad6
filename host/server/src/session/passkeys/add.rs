//! Adding a passkey: a fresh proof first, then what the authenticator made.

use axum::{Json as Reply, extract::State, http::StatusCode};
use bailiwick_access::{AccessError, passkeys::Proof};
use bailiwick_text::ShortName;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    super::evidence::{PasskeyAnswer, PasskeyChallenge, own_evidence, party, session},
    PasskeyView,
};
use crate::{
    App,
    caller::Caller,
    edge::{Host, Json, Problem, Source},
};

/// What shows that it is oneself who asks: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyBegin)]
pub(in crate::session) struct Begin {
    /// Not enough where an authenticator app is set up.
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// The answer of a passkey that is there already.
    passkey: Option<PasskeyAnswer>,
}

/// A passkey just made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPasskey)]
pub(in crate::session) struct Body {
    name: ShortName,
    /// What the authenticator made.
    passkey: PasskeyAnswer,
}

/// Begins to add a passkey: for `navigator.credentials.create()`. Bound to the session.
#[utoipa::path(post, path = "/api/v1/session/passkeys", tag = "session",
    request_body = Begin, responses((status = 201, body = PasskeyChallenge)))]
pub(in crate::session) async fn begin_passkey(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    host: Host,
    Json(body): Json<Begin>,
) -> Result<(StatusCode, Reply<PasskeyChallenge>), Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let proof = match body {
        Begin { password: Some(password), code: None, passkey: None } => Proof::Password(password),
        Begin { password: None, code, passkey } => {
            Proof::Factor(own_evidence(&app, &host, &caller, code, passkey).await?)
        }
        Begin { .. } => return Err(Problem::field("password", "invalid", "give one proof, not several")),
    };
    let party = party(&app, &host).await?;
    let begun = app.access().begin_passkey(&caller.principal, app.sealing_key(), &party, &proof).await?;
    Ok((StatusCode::CREATED, Reply(begun.into())))
}

/// Adds the passkey that the authenticator made.
#[utoipa::path(post, path = "/api/v1/session/passkeys/confirm", tag = "session",
    request_body = Body, responses((status = 201, body = PasskeyView)))]
pub(in crate::session) async fn add_passkey(
    State(app): State<App>,
    caller: Caller,
    host: Host,
    Json(body): Json<Body>,
) -> Result<(StatusCode, Reply<PasskeyView>), Problem> {
    let bound = session(&caller).ok_or(AccessError::NotAPerson)?;
    let answer = body.passkey.bound(&app, &host, bound).await?;
    let added = app.access().add_passkey(&caller.principal, app.sealing_key(), &answer, body.name.as_str()).await?;
    Ok((StatusCode::CREATED, Reply(added.into())))
}
