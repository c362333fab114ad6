use axum::{extract::State, response::Response};

use super::AccountOperator;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query},
};

/// Everyone who has access to an account, by a role on it or on one above, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/operators", tag = "operators", params(AccountAt, Page),
    responses((status = 200, body = List<AccountOperator>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().members(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, AccountOperator::from))
}
