//! Pokes to open portals: something of this kind changed in this account, read it again.
//!
//! A poke carries no data, so nothing can leak by it; what changed is read through the caller's scope.
//! A listener that was too slow gets one poke of each kind instead of those that it missed, and every
//! stream ends after a while, so that a session that was ended does not listen on.

mod bus;
mod stream;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use bus::{Bus, Kind, Poke};

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::stream))
}
