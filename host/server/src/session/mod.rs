//! `/api/v1/session`: signing in, who one is, and signing out.

mod create;
mod delete;
pub(crate) mod evidence;
mod get;
mod passkey;
mod passkeys;
mod password;
mod review;
mod second_factor;
mod sso;
mod totp;
mod update;
mod view_as;

use bailiwick_access::operators::Operator;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create::create, get::get, update::update, delete::delete))
        .routes(routes!(password::password))
        .routes(routes!(second_factor::second_factor, second_factor::factors))
        .routes(routes!(sso::begin_sso))
        .routes(routes!(sso::offer_sso))
        .routes(routes!(sso::link_sso))
        .routes(routes!(sso::finish_sso))
        .routes(routes!(totp::begin_totp))
        .routes(routes!(totp::confirm_totp))
        .routes(routes!(totp::remove_totp))
        .routes(routes!(totp::renew_recovery_codes))
        .routes(routes!(passkey::passkey_challenge, passkey::passkey))
        .merge(passkeys::router())
        .routes(routes!(review::reviewed))
        .routes(routes!(review::own_tokens))
        .routes(routes!(review::revoke_own_token))
        .routes(routes!(view_as::end_view_as))
}

/// The operator who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operator)]
pub struct OperatorView {
    id: Uuid,
    email: String,
    name: String,
    /// `en`, or with a region: `de-AT`.
    locale: String,
    /// Since when one is to look over one's tokens and passkeys, one's password being a new one; null where one has.
    review_since: Option<Timestamp>,
}

impl From<Operator> for OperatorView {
    fn from(operator: Operator) -> Self {
        Self {
            id: operator.id.get(),
            email: operator.email,
            name: operator.name,
            locale: operator.locale,
            review_since: operator.review_since.map(|at| at.0),
        }
    }
}
