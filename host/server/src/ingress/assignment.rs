use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bailiwick_contract::report::Assignment;
use bailiwick_devices::collectors;
use sha2::{Digest as _, Sha256};

use super::peer::Peer;
use crate::{App, edge::Problem};

/// What the collector is to do. Its ETag changes with anything but the time.
pub(super) async fn assignment(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response, Problem> {
    let now = app.store().now();
    let mut scope = peer.scope(&app).await?;
    let assignment = collectors::assignment(&mut scope, app.sealing_key(), app.drivers(), &peer.0, now).await?;
    collectors::touch(&mut scope, peer.0.collector, now).await?;
    scope.commit().await?;
    let etag = etag(&assignment)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    Ok(([(header::ETAG, etag)], Json(assignment)).into_response())
}

fn etag(assignment: &Assignment) -> Result<String, Problem> {
    let timeless = Assignment { now: 0, ..assignment.clone() };
    let json = serde_json::to_vec(&timeless).map_err(|e| Problem::internal(&e))?;
    // 16 of the 32 bytes: nobody gains by a collision with their own assignment.
    let digest = hex::encode(Sha256::digest(&json));
    Ok(format!("\"{}\"", digest.get(..32).unwrap_or(&digest)))
}
