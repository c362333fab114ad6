//! `/collector/v1`: what collectors call.
//!
//! A collector is a hostile device of one account. Its key says which account, site and collector it is;
//! nothing it sends can say otherwise. Bodies may be gzip and are bounded after unpacking. The protocol's
//! shapes are those of the contract (`report`), which both sides share. A call is authenticated, its body read whole,
//! and then it waits for the collector's share of the server: the batches of one collector run one after another.

mod assignment;
mod door;
mod driver;
mod enroll;
mod peer;
mod reports;
mod status;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::decompression::RequestDecompressionLayer;

use crate::{App, edge::guard, work::turn};

pub use peer::Peer;

/// Most bytes of a batch, unpacked: four times what collectors are told to send.
const BATCH_BYTES: usize = 4 << 20;
/// Most bytes of everything else.
const SMALL_BYTES: usize = 16 << 10;

/// The routes.
pub fn router(app: &App) -> Router<App> {
    // from the inside out: the work, its share, the body, the key
    let turn = || from_fn_with_state(app.clone(), turn::take);
    let read = |most| from_fn_with_state((app.clone(), most), door::read);
    let reports = Router::new()
        .route("/collector/v1/reports", post(reports::reports))
        .layer(turn())
        .layer(read(BATCH_BYTES))
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), door::known))
        .layer(from_fn(guard::gzip));
    let known = Router::new()
        .route("/collector/v1/assignment", get(assignment::assignment))
        .route("/collector/v1/drivers/{digest}", get(driver::driver))
        .route("/collector/v1/status", post(status::status))
        .layer(turn())
        .layer(read(SMALL_BYTES))
        .layer(from_fn_with_state(app.clone(), door::known))
        .layer(from_fn(guard::plain));
    Router::new()
        .route("/collector/v1/enroll", post(enroll::enroll))
        .layer(turn())
        .layer(read(SMALL_BYTES))
        .layer(from_fn_with_state(app.clone(), door::guessed))
        .layer(from_fn(guard::plain))
        .merge(known)
        .merge(reports)
        // each body is bounded where it is read
        .layer(DefaultBodyLimit::disable())
}
