//! Pokes to open portals: something of this kind changed in this account, read it again.
//!
//! A poke carries no data, so nothing can leak by it; what changed is read through the caller's scope. It wakes those who
//! listen to its account or above it and nobody else, and waking costs no look into the database. Each stream tells what
//! it gathered at most twice a second; too much to gather, or a wake-up of another process that got lost, becomes one
//! poke of each kind. Every few seconds, and when the rights of whoever listens may have changed, a stream proves again
//! who listens and what that one sees: it ends with the session, the token, the grant and the account, and does not
//! outlive its browser. One session or token has a few streams, and an account's people together a bounded number.

mod bus;
mod ears;
mod stream;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use bus::{Bus, Concern, Kind, Poke};
pub use ears::{Ear, Ears, Heard, TooMany, Who};

use crate::App;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::stream))
}
