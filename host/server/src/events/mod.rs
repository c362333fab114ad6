//! Pokes to open portals: something of this kind changed in this account, read it again.
//!
//! A poke carries no data, so nothing can leak by it; what changed is read through the caller's scope.
//! A listener that was too slow, or that a wake-up of another process did not reach, gets one poke of each kind instead
//! of those that it missed. Every few seconds, and whenever rights change, a stream proves again who listens and what
//! that one sees: it ends with the session, the token, the grant and the account, and does not outlive its browser.

mod bus;
mod stream;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use bus::{Bus, Kind, Poke};

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::stream))
}
