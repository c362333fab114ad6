//! `GET /session`: who is signed in, with which grants, and the CSRF value of the session.

use axum::{Json, extract::State, http::StatusCode};
use bailiwick_access::{RoleRef, Via, sessions::csrf_token};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::OperatorView;
use crate::{
    App,
    accounts::{AccountView, views},
    caller::Caller,
    edge::Problem,
};

/// A role on an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldRole {
    account: AccountView,
    /// A built-in role by its name, or the id of one that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// The name of the role as its maker gave it; that of a built-in one is its key.
    role_name: String,
}

/// As whom the session looks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Viewing)]
pub struct ViewingView {
    operator_id: Uuid,
    name: String,
    email: String,
    account_id: Uuid,
    until: Timestamp,
}

/// The session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Who is signed in; null for an API token.
    operator: Option<OperatorView>,
    /// To be sent in X-CSRF-Token with every call that changes something; null for an API token.
    csrf: Option<String>,
    /// When the session ends in any case; null for an API token.
    expires_at: Option<Timestamp>,
    /// Where the caller's view of the tree begins, as far as its roles let it see accounts.
    grants: Vec<HeldRole>,
    /// As whom the session looks, for support; null where as oneself. Nothing can be changed meanwhile.
    viewing: Option<ViewingView>,
}

/// Who calls, and where its view of the tree begins.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
pub(super) async fn get(State(app): State<App>, caller: Caller) -> Result<Json<SessionView>, Problem> {
    let operator = match caller.principal.operator() {
        Some(_) => Some(app.access().me(&caller.principal).await?.into()),
        None => None,
    };
    let expires_at = match caller.principal.via() {
        Via::Session { expires_at, .. } => Some(expires_at),
        _ => None,
    };
    let mut grants = Vec::new();
    for (account, role) in app.access().roots(&caller.principal).await? {
        // a role that does not even see the account shows none of it, and keeps nobody from those that do
        let account = match views::one(&app, &caller.principal, account.id).await {
            Err(problem) if problem.status() == StatusCode::FORBIDDEN => continue,
            found => found?,
        };
        grants.push(HeldRole { account, role: role.role, role_name: role.name });
    }
    let viewing = app.access().viewed(&caller.principal).await?.map(|(viewing, name, email)| ViewingView {
        operator_id: viewing.whom.get(),
        name,
        email,
        account_id: viewing.at.get(),
        until: viewing.until,
    });
    Ok(Json(SessionView { operator, csrf: caller.session.as_ref().map(csrf_token), expires_at, grants, viewing }))
}
