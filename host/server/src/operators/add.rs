//! `POST /accounts/{id}/operators`: a role for someone; a generated password is shown once.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::{
    AccessError, Password, RoleRef,
    grants::Given,
    operators::{Added, NewOperator},
};
use bailiwick_store::AccountId;
use bailiwick_text::{Email, Name};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::AccountAt,
    edge::{Json, Problem},
    work::{Once, Refused, Work, permission::ManageOperators},
};

/// Someone to be given a role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOperator)]
pub(super) struct Body {
    email: Email,
    /// Not used where the operator exists already.
    name: Name,
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor`, `viewer`, or the id of a role that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// Accounts below whose branches the grant leaves out; at most 100.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    excluded: Vec<AccountId>,
    /// At least 12 characters, and none that is guessed first; a random one is made where it is absent. Not used where the operator exists already.
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct CreatedOperator {
    id: Uuid,
    email: String,
    grant_id: Uuid,
    /// The random password, shown once; null where one was given or the operator existed already.
    initial_password: Option<String>,
}

/// Gives somebody new, or somebody who is seen from here already, a role on this account. Where mail is configured,
/// people are invited instead: an answer would tell whether an address is known.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/operators", tag = "operators", params(AccountAt),
    request_body = Body, responses((status = 201, body = CreatedOperator)))]
pub(super) async fn add(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageOperators>().await?;
    if once.app.config().mail.is_some() {
        Work::check::<ManageOperators>(&once.app, &once.caller, once.account).await?;
        let refused = Problem::conflict("invite_by_mail", "Mail is configured here: invite the operator instead.");
        return once.end(StatusCode::CREATED, Err::<CreatedOperator, Problem>(refused)).await;
    }
    let email = body.email.as_str().to_owned();
    let added = async {
        let new = NewOperator {
            email: body.email,
            name: body.name.into_string(),
            given: Given { role: body.role, excluded: body.excluded },
            password: body.password.map(Password::new).transpose().map_err(AccessError::from)?,
        };
        once.app.access().add_operator(&once.caller.principal, once.account, new).await
    };
    let added: Result<CreatedOperator, Problem> =
        added.await.map_err(Problem::from).map(|added: Added| CreatedOperator {
            id: added.operator.get(),
            email,
            grant_id: added.grant.get(),
            initial_password: added.initial_password.map(|p| p.expose_secret().to_owned()),
        });
    match &added {
        Ok(created) if created.initial_password.is_some() => once.end_once(StatusCode::CREATED, added).await,
        _ => once.end(StatusCode::CREATED, added).await,
    }
}
