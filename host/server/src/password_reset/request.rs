//! `POST /password-reset`: always the same answer after the same work: a mail is put into the outbox, and whether there
//! is anybody to write to is found out when it is sent.

use axum::{extract::State, http::StatusCode};
use bailiwick_mail::outbox::Kind;
use bailiwick_store::{AccountId, Actor};
use bailiwick_text::Email;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    App,
    edge::{Json, Locale, Problem, Source},
    mail,
};

/// Who forgot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordResetRequest)]
pub(super) struct Body {
    email: Email,
}

/// Mails a link for a new password to the operator of this address, if there is one.
#[utoipa::path(post, path = "/api/v1/password-reset", tag = "password_reset",
    request_body = Body, responses((status = 202)))]
pub(super) async fn request(
    State(app): State<App>,
    source: Source,
    language: Locale,
    Json(body): Json<Body>,
) -> Result<StatusCode, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    mail::needed(&app)?;
    let email = body.email;
    app.limits().mailed.count(&app.print_of_address(email.key())).await?;
    let mut scope = app.store().scope(&Actor::system("password-reset"), AccountId::ROOT).await?;
    mail::send(&app, &mut scope, Kind::PasswordReset, email.as_str(), language.0, None).await?;
    scope.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
