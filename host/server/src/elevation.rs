//! `/api/v1/accounts/{id}/elevation`: sight of one account for an operator of the platform, for a time.

use axum::{extract::State, http::StatusCode, response::Response};
use bailiwick_access::elevations::{Elevation, NewElevation};
use bailiwick_text::Reason;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Format, Host, Json, List, Page, Path, Problem, Query, Tabular},
    session::evidence::{PasskeyAnswer, own_evidence},
    work::{Once, Refused, permission::ViewAccounts},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, begin, end))
}

/// An operator of the platform who looked at the account, or does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Elevation)]
pub struct ElevationView {
    id: Uuid,
    operator_id: Uuid,
    operator_name: String,
    operator_email: String,
    reason: String,
    began_at: Timestamp,
    /// Until then at the latest.
    expires_at: Timestamp,
    /// When it was ended before that.
    ended_at: Option<Timestamp>,
}

impl Tabular for ElevationView {
    const COLUMNS: &'static [&'static str] =
        &["id", "operator_id", "operator_name", "operator_email", "reason", "began_at", "expires_at", "ended_at"];
}

impl From<Elevation> for ElevationView {
    fn from(elevation: Elevation) -> Self {
        Self {
            id: elevation.id.get(),
            operator_id: elevation.operator.get(),
            operator_name: elevation.name,
            operator_email: elevation.email,
            reason: elevation.reason,
            began_at: elevation.began_at,
            expires_at: elevation.expires_at,
            ended_at: elevation.ended_at,
        }
    }
}

/// Why, for how long, and a code or the answer of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewElevation)]
struct Body {
    /// Stands in the account's audit.
    reason: Reason,
    /// At most 60.
    minutes: u16,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// To the challenge of `GET /session/passkeys/challenge`.
    passkey: Option<PasskeyAnswer>,
}

/// Who of the platform looked at this account, and who does now; the newest 500, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/elevation", tag = "elevation", params(AccountAt, Page),
    responses((status = 200, body = List<ElevationView>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().elevations(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, ElevationView::from))
}

/// Gives an operator of the platform sight of this account, and of none below it, for a time: looking only.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/elevation", tag = "elevation", params(AccountAt),
    request_body = Body, responses((status = 201, body = ElevationView)))]
async fn begin(once: Once, host: Host, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ViewAccounts>().await?;
    let evidence = match own_evidence(&once.app, &host, &once.caller, body.code, body.passkey).await {
        Ok(evidence) => evidence,
        Err(problem) => return once.end(StatusCode::CREATED, Err::<ElevationView, _>(problem)).await,
    };
    let new = NewElevation { reason: body.reason.into_string(), minutes: body.minutes, evidence };
    let begun = once.app.access().elevate(&once.caller.principal, once.app.sealing_key(), once.account, new).await;
    once.end(StatusCode::CREATED, begun.map(ElevationView::from).map_err(Problem::from)).await
}

/// Ends one's own elevation; for whoever sets the account's privacy, everybody's.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/elevation", tag = "elevation", params(AccountAt),
    responses((status = 204)))]
async fn end(State(app): State<App>, caller: Caller, Path(at): Path<AccountAt>) -> Result<StatusCode, Problem> {
    app.access().end_elevations(&caller.principal, at.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
