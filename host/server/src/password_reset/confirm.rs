//! `POST /password-reset/confirm`: a new password by a mailed link, once. Every session ends, and the operator is told.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{AccessError, Password};
use bailiwick_mail::outbox::Kind;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    App, caller,
    edge::{Json, Problem, Source},
    events::Concern,
    invitations::guessed,
    mail,
};

/// The link's secret, and the password to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub(super) struct Body {
    /// `bwp_…`, what stands behind `#token=` in the mail.
    #[schema(value_type = String, write_only)]
    token: SecretString,
    /// At least 12 characters, not all the same, and not the e-mail address.
    #[schema(value_type = String, write_only)]
    password: SecretString,
}

/// Sets a new password by the link of a mail, and ends every session.
#[utoipa::path(post, path = "/api/v1/password-reset/confirm", tag = "password_reset",
    request_body = Body, responses((status = 204)))]
pub(super) async fn confirm(
    State(app): State<App>,
    source: Source,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let new = Password::new(body.password).map_err(AccessError::from)?;
    let reset = app.access().reset_password(&body.token, &new, Some(source.to_string())).await;
    let (mut scope, contact) = match reset {
        Ok(reset) => reset,
        Err(error) => return Err(guessed(&app, source, error.into()).await),
    };
    if app.config().mail.is_some() {
        let subject = Some(contact.id.get());
        mail::send(&app, &mut scope, Kind::PasswordChanged, &contact.email, &contact.locale, subject).await?;
    }
    scope.commit().await?;
    Ok((caller::changed(Concern::Operator(contact.id)), StatusCode::NO_CONTENT).into_response())
}
