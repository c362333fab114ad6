//! `POST /invitations/offer`: what a link offers. A POST, so that its secret stands in the body and in no log.

use axum::{Json as Reply, extract::State};
use bailiwick_access::invitations::Takes;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guessed;
use crate::{
    App,
    edge::{Json, Problem, Source},
};

/// The link's secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationLink)]
pub(super) struct Body {
    /// `bwi_…`, what stands behind `#token=` in the mail.
    #[schema(value_type = String, write_only)]
    token: SecretString,
}

/// What a link offers to who holds it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvitationOffer)]
pub struct OfferView {
    /// Whom it is for.
    email: String,
    /// As who invited calls the invited.
    name: Option<String>,
    /// The account's name.
    account: String,
    /// Who invites; null where it is no person.
    by: Option<String>,
    /// The name of the role; that of a built-in one is its key.
    role_name: String,
    expires_at: Timestamp,
    /// What it takes to accept: `name_and_password`, `sign_in`, or `password` (the operator's own).
    #[schema(value_type = String)]
    takes: &'static str,
}

/// What the link of an invitation offers.
#[utoipa::path(post, path = "/api/v1/invitations/offer", tag = "invitations",
    request_body = Body, responses((status = 200, body = OfferView)))]
pub(super) async fn offer(
    State(app): State<App>,
    source: Source,
    Json(body): Json<Body>,
) -> Result<Reply<OfferView>, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let offer = match app.access().offer(&body.token).await {
        Ok(offer) => offer,
        Err(error) => return Err(guessed(&app, source, error.into()).await),
    };
    Ok(Reply(OfferView {
        email: offer.email,
        name: offer.name,
        account: offer.account,
        by: offer.by,
        role_name: offer.role.name,
        expires_at: offer.expires_at,
        takes: match offer.takes {
            Takes::NameAndPassword => "name_and_password",
            Takes::SignIn => "sign_in",
            Takes::Password => "password",
        },
    }))
}
