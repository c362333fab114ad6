use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use bailiwick_devices::drivers;

use super::peer::Peer;
use crate::{
    App,
    edge::{Path, Problem},
};

/// A component of the version that the collector's account consented to, by its digest; it never changes.
pub(super) async fn driver(
    State(app): State<App>,
    peer: Peer,
    Path(digest): Path<String>,
) -> Result<Response, Problem> {
    let mut scope = peer.scope(&app).await?;
    if !drivers::grants(&mut scope).await?.iter().any(|granted| granted.digest == digest) {
        return Err(Problem::not_found());
    }
    let component = drivers::component(&mut scope, &digest).await?;
    let head = [
        (header::CONTENT_TYPE, "application/wasm".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
        (header::ETAG, format!("\"{digest}\"")),
    ];
    Ok((head, component).into_response())
}
