//! `GET /accounts/{id}/accounts`: the accounts below one, as far as the caller sees.

use axum::{extract::State, response::Response};
use bailiwick_access::accounts::Reach;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{AccountAt, AccountView, views};
use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query},
};

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// `children` (directly below, the default) or `subtree` (all below).
    #[param(value_type = Option<String>)]
    depth: Option<Depth>,
    /// Part of the name.
    q: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Depth {
    Children,
    Subtree,
}

/// Accounts below one, by name.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/accounts", tag = "accounts", params(AccountAt, Filter, Page),
    responses((status = 200, body = List<AccountView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let reach = match filter.depth {
        Some(Depth::Subtree) => Reach::Subtree,
        Some(Depth::Children) | None => Reach::Children,
    };
    let search = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let found = app.access().accounts(&caller.principal, at.id, reach, search, &page.request()?).await?;
    let items = views::below(&app, &caller.principal, at.id, found.items).await?;
    form.reply(List { items, next: found.next.map(|cursor| cursor.to_string()) })
}
