//! `/collector/v1`: what collectors call.
//!
//! A collector is a hostile device of one account. Its key says which account, site and collector it is;
//! nothing it sends can say otherwise. Bodies may be gzip and are bounded after unpacking. The protocol's
//! shapes are those of the contract (`report`), which both sides share.

mod assignment;
mod driver;
mod enroll;
mod peer;
mod reports;
mod status;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn,
    routing::{get, post},
};
use tower_http::decompression::RequestDecompressionLayer;

use crate::{App, edge::guard};

/// Most bytes of a batch, unpacked: four times what collectors are told to send.
const BATCH_BYTES: usize = 4 << 20;
/// Most bytes of everything else.
const SMALL_BYTES: usize = 16 << 10;

/// The routes.
pub fn router() -> Router<App> {
    let reports = Router::new()
        .route("/collector/v1/reports", post(reports::reports))
        .layer(DefaultBodyLimit::max(BATCH_BYTES))
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn(guard::gzip));
    Router::new()
        .route("/collector/v1/enroll", post(enroll::enroll))
        .route("/collector/v1/assignment", get(assignment::assignment))
        .route("/collector/v1/drivers/{digest}", get(driver::driver))
        .route("/collector/v1/status", post(status::status))
        .layer(DefaultBodyLimit::max(SMALL_BYTES))
        .layer(from_fn(guard::plain))
        .merge(reports)
}
