use axum::{extract::State, http::StatusCode};
use bailiwick_contract::report::Status;
use bailiwick_devices::collectors;

use super::peer::Peer;
use crate::{
    App,
    edge::{Json, Problem},
    events::Kind,
};

/// Notes how the collector is.
pub(super) async fn status(
    State(app): State<App>,
    peer: Peer,
    Json(status): Json<Status>,
) -> Result<StatusCode, Problem> {
    let now = app.store().now();
    let mut scope = peer.scope(&app).await?;
    let news = collectors::status(&mut scope, peer.0.collector, &status, now).await?;
    let lineage = scope.lineage().clone();
    scope.commit().await?;
    if news {
        app.bus().poke(Kind::Collectors, peer.0.account, &lineage);
    }
    Ok(StatusCode::NO_CONTENT)
}
