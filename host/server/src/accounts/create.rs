//! `POST /accounts/{id}/accounts`: an account below another, with its first owner; a generated password is shown once.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::{
    AccessError, Password,
    accounts::{FirstOwner, Kind, Made, NewAccount},
};
use bailiwick_text::{Email, Name};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AccountAt, AccountView, views};
use crate::{
    edge::{Json, Problem},
    work::{Once, Refused, permission::ManageAccounts},
};

/// An account to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub(super) struct Body {
    name: Name,
    /// `dealer` (below the platform or a dealer) or `customer` (below a dealer).
    #[schema(value_type = String)]
    kind: Kind,
    /// Its first owner.
    owner: Option<Owner>,
}

/// Who is to own the account, whatever the caller itself may do on it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FirstOwner)]
struct Owner {
    email: Email,
    /// Not used where the operator exists already.
    name: Name,
    /// At least 12 characters, not all the same, and not the e-mail address; a random one is made where it is absent.
    /// Not used where the operator exists already.
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
}

/// A new account.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedAccount {
    #[serde(flatten)]
    account: AccountView,
    /// The first owner's random password, shown once; null where there is none.
    initial_password: Option<String>,
}

/// Makes an account directly below this one.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/accounts", tag = "accounts", params(AccountAt),
    request_body = Body, responses((status = 201, body = CreatedAccount)))]
pub(super) async fn create(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    let made = async {
        let owner = body.owner.map(Owner::parse).transpose()?;
        let new = NewAccount { name: body.name.into_string(), kind: body.kind, owner };
        let Made { account, initial_password } =
            once.app.access().create_account(&once.caller.principal, once.account, new).await?;
        let account = views::one(&once.app, &once.caller.principal, account.id).await?;
        let initial_password = initial_password.map(|password| password.expose_secret().to_owned());
        Ok(CreatedAccount { account, initial_password })
    };
    let made: Result<CreatedAccount, Problem> = made.await;
    match &made {
        Ok(created) if created.initial_password.is_some() => once.end_once(StatusCode::CREATED, made).await,
        _ => once.end(StatusCode::CREATED, made).await,
    }
}

impl Owner {
    fn parse(self) -> Result<FirstOwner, AccessError> {
        let password = self.password.map(Password::new).transpose()?;
        Ok(FirstOwner { email: self.email, name: self.name.into_string(), password })
    }
}
