//! `/api/v1/accounts/{id}/view-as`: looking at an account as one of its operators does, for support.

use axum::{http::StatusCode, response::Response};
use bailiwick_access::view_as::NewView;
use bailiwick_store::OperatorId;
use bailiwick_text::Reason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    accounts::AccountAt,
    edge::{Json, Problem},
    work::{Once, Refused, permission::ViewAs},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(begin))
}

/// As whom to look, why and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewView)]
struct Body {
    /// As whom.
    #[schema(value_type = Uuid)]
    operator_id: OperatorId,
    /// Stands in the account's audit.
    reason: Reason,
    /// At most 30.
    minutes: u16,
}

/// How long it lasts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewBegun {
    until: Timestamp,
}

/// Lets this session look at the account as somebody else does: looking only, and at nothing that one may not see
/// oneself. `DELETE /session/view-as` ends it, and so does its time.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/view-as", tag = "view_as", params(AccountAt),
    request_body = Body, responses((status = 201, body = ViewBegun)))]
async fn begin(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ViewAs>().await?;
    let new = NewView { operator: body.operator_id, reason: body.reason.into_string(), minutes: body.minutes };
    let begun = once.app.access().view_as(&once.caller.principal, once.account, new).await;
    once.end(StatusCode::CREATED, begun.map(|until| ViewBegun { until }).map_err(Problem::from)).await
}
