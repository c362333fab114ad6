//! `PUT /accounts/{id}/sign-in`: nobody gives by a mapping what he may not do himself.

use axum::{Json as Reply, extract::State};
use bailiwick_access::{RoleRef, branding::HostName, sso::NewConnection};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PasswordRule, RuleView, SettingsView};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// The provider as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInPut)]
pub(super) struct Body {
    /// Exactly as the provider names itself: `https://…`.
    issuer: String,
    client_id: String,
    /// Kept sealed and never shown. Where absent, the present one stays, unless issuer or client change.
    #[schema(value_type = Option<String>, write_only)]
    client_secret: Option<SecretString>,
    /// Beside `openid email profile`.
    #[serde(default)]
    scopes: Vec<String>,
    /// The claim that the mapping reads.
    #[serde(default = "groups")]
    claim: String,
    /// The first rule that fits counts.
    #[serde(default)]
    mapping: Vec<RuleView>,
    /// The role of whom no rule fits; null gives no access.
    #[schema(value_type = Option<String>)]
    default_role: Option<RoleRef>,
    passwords: PasswordRule,
    /// Domains of the addresses that it speaks for, such as `example.com`. Each counts once who runs the platform confirmed
    /// it.
    #[schema(value_type = Vec<String>)]
    domains: Vec<HostName>,
}

fn groups() -> String {
    "groups".to_owned()
}

/// Sets up the provider that signs an account's people in. Another issuer or client ends all that came by the one before.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/sign-in", tag = "sign_in", params(AccountAt),
    request_body = Body, responses((status = 200, body = SettingsView)))]
pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<Body>,
) -> Result<Reply<SettingsView>, Problem> {
    let new = NewConnection {
        issuer: body.issuer.trim().to_owned(),
        client_id: body.client_id.trim().to_owned(),
        secret: body.client_secret,
        scopes: body.scopes,
        claim: body.claim,
        mapping: body.mapping.into_iter().map(Into::into).collect(),
        default_role: body.default_role,
        passwords: body.passwords.into(),
        domains: body.domains,
    };
    let settings = app.access().set_sso(&caller.principal, app.sealing_key(), at.id, new).await?;
    Ok(Reply(SettingsView::of(&app, settings)))
}
