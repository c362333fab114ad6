//! `POST /accounts/{id}/invitations`: the answer and the work are the same whoever has the address.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::{RoleRef, grants::Given, invitations::NewInvitation};
use bailiwick_mail::outbox::Kind;
use bailiwick_store::AccountId;
use bailiwick_text::{Email, Name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::AccountAt,
    edge::{Json, Locale, Problem},
    mail,
    work::{Once, Refused, Work, permission::ManageOperators},
};

/// Somebody to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub(super) struct Body {
    email: Email,
    /// Who is new may choose another.
    name: Option<Name>,
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor`, `viewer`, or the id of a role that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// Accounts below whose branches the grant leaves out; at most 100.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    excluded: Vec<AccountId>,
    /// The language of the mail: `en`, `de`, `nl` or `fr`; that of the call where absent.
    locale: Option<String>,
}

/// An invitation on its way.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// The invitation; nothing of an operator.
    id: Uuid,
}

/// Invites somebody to this account by mail, in place of an earlier invitation of the same address.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/invitations", tag = "invitations", params(AccountAt),
    request_body = Body, responses((status = 202, body = Invited)))]
pub(super) async fn create(once: Once, language: Locale, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageOperators>().await?;
    let invited = invite(&once, language, body).await;
    once.end(StatusCode::ACCEPTED, invited).await
}

async fn invite(once: &Once, language: Locale, body: Body) -> Result<Invited, Problem> {
    // who may not invite here learns nothing of how the server is set up
    Work::check::<ManageOperators>(&once.app, &once.caller, once.account).await?;
    mail::needed(&once.app)?;
    let email = body.email;
    once.app.limits().mailed.count(&once.app.print_of_address(email.key())).await?;
    let locale = bailiwick_mail::Language::of(body.locale.as_deref().unwrap_or(language.0)).code().to_owned();
    let (to, given) = (email.as_str().to_owned(), Given { role: body.role, excluded: body.excluded });
    let new = NewInvitation { email, name: body.name.map(Name::into_string), given, locale: locale.clone() };
    let (mut scope, id) = once.app.access().invite(&once.caller.principal, once.account, new).await?;
    mail::send(&once.app, &mut scope, Kind::Invitation, &to, &locale, Some(id.get())).await?;
    scope.commit().await?;
    Ok(Invited { id: id.get() })
}
