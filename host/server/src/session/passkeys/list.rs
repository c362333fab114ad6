//! Which passkeys one has, and the question for one of them.

use axum::{Json as Reply, extract::State, response::Response};

use super::{
    super::evidence::{PasskeyChallenge, party},
    PasskeyView,
};
use crate::{
    App,
    caller::Caller,
    edge::{Format, Host, List, Page, Problem, Query},
};

/// One's own passkeys, the oldest first.
#[utoipa::path(get, path = "/api/v1/session/passkeys", tag = "session", params(Page),
    responses((status = 200, body = List<PasskeyView>)))]
pub(in crate::session) async fn passkeys(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().passkeys(&caller.principal, &page.request()?).await?;
    form.reply(List::of(found, PasskeyView::from))
}

/// Asks for one of one's own passkeys, for what takes a second factor. Bound to the session.
#[utoipa::path(get, path = "/api/v1/session/passkeys/challenge", tag = "session",
    responses((status = 200, body = PasskeyChallenge)))]
pub(in crate::session) async fn ask_own_passkey(
    State(app): State<App>,
    caller: Caller,
    host: Host,
) -> Result<Reply<PasskeyChallenge>, Problem> {
    let party = party(&app, &host).await?;
    Ok(Reply(app.access().ask_own_passkey(&caller.principal, app.sealing_key(), &party)?.into()))
}
