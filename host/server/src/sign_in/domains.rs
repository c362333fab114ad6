//! `/accounts/{id}/sign-in/domains`: what was asked for, and whether it counts.

use axum::{Json as Reply, extract::State, response::Response};
use bailiwick_access::sso::Confirmed;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{DomainAt, DomainView};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, Json, List, Page, Path, Problem, Query},
};

/// The domains that an account and those below asked for, the ones that wait first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sign-in/domains", tag = "sign_in", params(AccountAt, Page),
    responses((status = 200, body = List<DomainView>)))]
pub(super) async fn domains(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().sso_domains(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, DomainView::from))
}

/// Whether a domain counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInDomainPut)]
pub(super) struct Body {
    confirmed: bool,
}

/// Confirms that a domain is the account's, or takes that back: only for who runs the platform.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/sign-in/domains/{domain}", tag = "sign_in", params(DomainAt),
    request_body = Body, responses((status = 200, body = DomainView)))]
pub(super) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<DomainAt>,
    Json(body): Json<Body>,
) -> Result<Reply<DomainView>, Problem> {
    let confirmed = if body.confirmed { Confirmed::Yes } else { Confirmed::No };
    Ok(Reply(app.access().confirm_domain(&caller.principal, at.id, &at.domain, confirmed).await?.into()))
}
