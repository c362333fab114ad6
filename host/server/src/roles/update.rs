use axum::{Json as Reply, extract::State};

use super::{Body, RoleAt, RoleView};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// Changes a role that this very account made; who holds it may do what it permits from then on.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/roles/{role_id}", tag = "roles", params(AccountAt, RoleAt),
    request_body = Body, responses((status = 200, body = RoleView)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<RoleAt>,
    Json(body): Json<Body>,
) -> Result<Reply<RoleView>, Problem> {
    let changed = app.access().change_role(&caller.principal, account.id, at.role_id, body.into()).await?;
    Ok(Reply(changed.into()))
}
