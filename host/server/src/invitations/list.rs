//! `GET /accounts/{id}/invitations`: who was invited and has not answered; never a link.

use axum::{extract::State, response::Response};
use bailiwick_access::{KnownRole, RoleRef, invitations::Invitation};
use bailiwick_store::OperatorId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query, Tabular},
};

/// An invitation that waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView {
    id: Uuid,
    email: String,
    name: Option<String>,
    /// A built-in role by its name, or the id of one that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// The name of the role; null where it was deleted meanwhile, and nothing would be given.
    role_name: Option<String>,
    /// Accounts below that the grant would leave out.
    excluded: Vec<Uuid>,
    /// The operator who invited, in person or by a token.
    invited_by: Option<Uuid>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Tabular for InvitationView {
    const COLUMNS: &'static [&'static str] =
        &["id", "email", "name", "role", "role_name", "excluded", "invited_by", "created_at", "expires_at"];
}

impl From<(Invitation, Option<KnownRole>)> for InvitationView {
    fn from((invitation, role): (Invitation, Option<KnownRole>)) -> Self {
        Self {
            id: invitation.id.get(),
            role: invitation.role(),
            role_name: role.map(|role| role.name),
            excluded: invitation.given.excluded.iter().map(|account| account.get()).collect(),
            email: invitation.email,
            name: invitation.name,
            invited_by: invitation.invited_by.operator().map(OperatorId::get),
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// The invitations of this account that wait, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/invitations", tag = "invitations", params(AccountAt, Page),
    responses((status = 200, body = List<InvitationView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().invitations(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, InvitationView::from))
}
