//! `GET /accounts/{id}/tokens`: the tokens of this account, without their secrets.

use axum::{extract::State, response::Response};
use bailiwick_access::tokens::Shown;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{TokenView, views};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query},
};

/// Which tokens.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// `all`: revoked ones too.
    #[param(value_type = Option<String>)]
    state: Option<Which>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    All,
}

/// The tokens of this account, newest first; those that were revoked only on demand.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/tokens", tag = "tokens", params(AccountAt, Filter, Page),
    responses((status = 200, body = List<TokenView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let shown = match filter.state {
        Some(Which::All) => Shown::All,
        None => Shown::Standing,
    };
    let found = app.access().tokens(&caller.principal, at.id, shown, &page.request()?).await?;
    let next = found.next.map(|cursor| cursor.to_string());
    form.reply(List { items: views(&app, found.items).await?, next })
}
