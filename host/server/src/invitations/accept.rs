//! `POST /invitations/accept`: once, by who reads the mail; who can sign in does that first.

use axum::{extract::State, http::StatusCode};
use bailiwick_access::{AccessError, Password, invitations::Acceptance};
use bailiwick_text::Name;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::guessed;
use crate::{
    App,
    caller::Caller,
    edge::{Json, Problem, Source},
};

/// The link's secret, and what it takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationAcceptance)]
pub(super) struct Body {
    /// `bwi_…`, what stands behind `#token=` in the mail.
    #[schema(value_type = String, write_only)]
    token: SecretString,
    /// The name of somebody new; that of the invitation where absent.
    name: Option<Name>,
    /// The password that somebody new chooses (at least 12 characters, not all the same, not the address), or has; left
    /// out by who is signed in.
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
}

/// Accepts an invitation. Without a password it is accepted by who is signed in, who must be who was invited; with one,
/// by somebody who cannot sign in yet.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "invitations",
    request_body = Body, responses((status = 204)))]
pub(super) async fn accept(
    State(app): State<App>,
    source: Source,
    caller: Result<Caller, Problem>,
    Json(body): Json<Body>,
) -> Result<StatusCode, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let from = Some(source.to_string());
    let accepted = match body.password {
        Some(password) => {
            let password = Password::new(password).map_err(AccessError::from)?;
            let acceptance = Acceptance::Reader { name: body.name.map(Name::into_string), password };
            app.access().accept_invitation(&body.token, acceptance, from).await
        }
        None => {
            let caller = caller?;
            app.access().accept_invitation(&body.token, Acceptance::SignedIn(&caller.principal), from).await
        }
    };
    match accepted {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(guessed(&app, source, error.into()).await),
    }
}
