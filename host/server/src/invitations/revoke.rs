use axum::{extract::State, http::StatusCode};

use super::InvitationAt;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Path, Problem},
};

/// Takes an invitation back; its link is dead.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/invitations/{invitation_id}", tag = "invitations",
    params(AccountAt, InvitationAt), responses((status = 204)))]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<InvitationAt>,
) -> Result<StatusCode, Problem> {
    app.access().revoke_invitation(&caller.principal, account.id, at.invitation_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
