//! `PUT /accounts/{id}/branding`: what an account says of its brand itself; logo and host name stay.

use axum::{Json as Reply, extract::State};
use bailiwick_access::branding::{Colour, NewBrand};
use bailiwick_text::{Email, Link, ShortName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::BrandingView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// What an account is to say of its brand; what is absent or null is inherited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BrandPut)]
pub(super) struct Body {
    name: Option<ShortName>,
    /// `#rrggbb`, dark enough for white text on it (a contrast of 4.5).
    accent: Option<String>,
    support_email: Option<Email>,
    support_url: Option<Link>,
}

/// Says what an account's brand is. Logo and host name are set apart and stay.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/branding", tag = "branding", params(AccountAt),
    request_body = Body, responses((status = 200, body = BrandingView)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<Body>,
) -> Result<Reply<BrandingView>, Problem> {
    let accent = body.accent.filter(|text| !text.is_empty()).map(|text| text.parse::<Colour>()).transpose();
    let accent = accent.map_err(|error| Problem::field("accent", "invalid", error.to_string()))?;
    let brand = NewBrand {
        name: body.name.map(ShortName::into_string),
        accent,
        support_email: body.support_email.map(Email::into_string),
        support_url: body.support_url.map(Link::into_string),
    };
    Ok(Reply(app.access().set_branding(&caller.principal, at.id, brand).await?.into()))
}
