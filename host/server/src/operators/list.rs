use axum::{extract::State, response::Response};

use super::AccountOperator;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Path, Problem},
};

/// Everyone who has access to an account, by a role on it or on one above, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/operators", tag = "operators", params(AccountAt),
    responses((status = 200, body = List<AccountOperator>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    form: Format,
) -> Result<Response, Problem> {
    let members = app.access().members(&caller.principal, at.id).await?;
    form.reply(List::whole(members.into_iter().map(AccountOperator::from).collect()))
}
