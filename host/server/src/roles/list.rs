use axum::{extract::State, response::Response};

use super::RoleView;
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query},
};

/// The roles that can be given on an account: the built-in ones, then those that it or an account above made.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/roles", tag = "roles", params(AccountAt, Page),
    responses((status = 200, body = List<RoleView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().roles(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, RoleView::from))
}
