use axum::{Json as Reply, extract::State};
use bailiwick_access::operators::Change;
use bailiwick_text::Name;
use serde::Deserialize;
use utoipa::ToSchema;

use super::OperatorView;
use crate::{
    App,
    caller::Caller,
    edge::{Json, Problem},
};

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorPatch)]
pub(super) struct Body {
    name: Option<Name>,
    /// `en`, or with a region: `de-AT`.
    locale: Option<String>,
}

/// Changes one's own name or language.
#[utoipa::path(patch, path = "/api/v1/session", tag = "session",
    request_body = Body, responses((status = 200, body = OperatorView)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<Body>,
) -> Result<Reply<OperatorView>, Problem> {
    let change = Change { name: body.name.map(Name::into_string), locale: body.locale };
    Ok(Reply(app.access().change_me(&caller.principal, change).await?.into()))
}
