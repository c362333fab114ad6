//! `/accounts/{id}/collectors/enrollments`: one-time tokens that wait to be used; never the tokens themselves.

use std::collections::BTreeSet;

use axum::{http::StatusCode, response::Response};
use bailiwick_devices::{
    CollectorTokenId,
    collectors::{self, OpenToken},
};
use bailiwick_store::OperatorId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    edge::{Format, List, Page, Path, Problem, Query, Tabular},
    events::Kind,
    named::NamedView,
    work::{Authorized, permission::ManageCollectors},
};

/// Which one-time token.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct EnrollmentAt {
    /// The token's id.
    #[param(value_type = Uuid)]
    enrollment_id: CollectorTokenId,
}

/// A one-time token that waits to be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenCollectorToken)]
pub struct OpenTokenView {
    id: Uuid,
    /// Whose collector it makes.
    account: NamedView,
    /// Where.
    site: NamedView,
    /// What the collector will be called.
    name: String,
    /// The operator who made it, in person or by a token, and without whose right it is worth nothing.
    made_by: Option<Uuid>,
    /// That operator's name.
    made_by_name: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Tabular for OpenTokenView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "account.id",
        "account.name",
        "site.id",
        "site.name",
        "name",
        "made_by",
        "made_by_name",
        "created_at",
        "expires_at",
    ];
}

/// The one-time tokens of an account and its subtree that wait to be used, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/collectors/enrollments", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<OpenTokenView>)))]
pub(super) async fn enrollments(
    mut work: Authorized<ManageCollectors>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    let found = collectors::tokens(&mut work.scope, &page.request()?, now).await?;
    let app = work.app.clone();
    work.into_inner().scope.rollback().await?;
    let maker = |token: &OpenToken| token.made_by.as_ref().and_then(bailiwick_store::Actor::operator);
    let makers: BTreeSet<OperatorId> = found.items.iter().filter_map(maker).collect();
    let names = app.access().names_of_operators(&makers.into_iter().collect::<Vec<_>>()).await?;
    form.reply(List::of(found, |token| {
        let made_by = maker(&token);
        OpenTokenView {
            id: token.id.get(),
            account: token.account.into(),
            site: token.site.into(),
            name: token.name,
            made_by: made_by.map(OperatorId::get),
            made_by_name: made_by.and_then(|operator| names.get(&operator).cloned()),
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }))
}

/// Revokes a one-time token: it enrolls nothing any more.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/collectors/enrollments/{enrollment_id}", tag = "collectors",
    params(("id" = Uuid, Path, description = "The account."), EnrollmentAt), responses((status = 204)))]
pub(super) async fn revoke_enrollment(
    mut work: Authorized<ManageCollectors>,
    Path(at): Path<EnrollmentAt>,
) -> Result<Response, Problem> {
    let now = work.app.store().now();
    collectors::revoke_token(&mut work.scope, at.enrollment_id, now).await?;
    work.into_inner().done_and_poke(StatusCode::NO_CONTENT, Kind::Collectors).await
}
