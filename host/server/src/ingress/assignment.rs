//! `GET /collector/v1/assignment`: what a collector is to do, and nothing where it knows that already.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bailiwick_access::Permission;
use bailiwick_contract::report::Assignment;
use bailiwick_devices::collectors::{self, Secrets};
use sha2::{Digest as _, Sha256};

use super::peer::Peer;
use crate::{App, edge::Problem};

/// What the collector is to do. Its ETag changes with anything but the time.
pub(super) async fn assignment(
    State(app): State<App>,
    peer: Peer,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = app.store().now();
    let mut scope = peer.scope(&app).await?;
    let mut secrets = collectors::secrets(&mut scope, &peer.0).await?;
    if let Secrets::IfMayWrite(voucher) = &secrets {
        // no call holds two connections of the pool at once
        scope.rollback().await?;
        let may = app.access().still_may(voucher, peer.0.account, Permission::ManageSites).await?;
        secrets = if may { Secrets::Given } else { Secrets::Withheld };
        scope = peer.scope(&app).await?;
    }
    let (key, drivers) = (app.sealing_key(), app.drivers());
    let assignment = collectors::assignment(&mut scope, key, drivers, &peer.0, &secrets, now).await?;
    // HEAD changes nothing
    if method == Method::GET {
        collectors::touch(&mut scope, peer.0.collector, now).await?;
        scope.commit().await?;
    } else {
        scope.rollback().await?;
    }
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
