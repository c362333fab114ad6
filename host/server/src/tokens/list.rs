//! `GET /accounts/{id}/tokens`: the tokens of this account, without their secrets.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{TokenView, views};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, List, Path, Problem, Query},
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
#[utoipa::path(get, path = "/api/v1/accounts/{id}/tokens", tag = "tokens", params(AccountAt, Filter),
    responses((status = 200, body = List<TokenView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(filter): Query<Filter>,
    form: Format,
) -> Result<Response, Problem> {
    let tokens = app.access().tokens(&caller.principal, at.id).await?;
    let shown = tokens.into_iter().filter(|t| t.revoked_at.is_none() || filter.state.is_some()).collect();
    form.reply(List::whole(views(&app, shown).await?))
}
