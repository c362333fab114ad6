use axum::{extract::State, response::Response};

use super::RoleView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Path, Problem},
};

/// The roles that can be given on an account: the built-in ones, then those that it or an account above made.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/roles", tag = "roles", params(AccountAt),
    responses((status = 200, body = List<RoleView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    form: Format,
) -> Result<Response, Problem> {
    let roles = app.access().roles(&caller.principal, at.id).await?;
    form.reply(List::whole(roles.into_iter().map(RoleView::from).collect()))
}
