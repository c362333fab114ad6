//! The server from outside: a real database, real HTTP, real handshakes.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in what it is helped by"
)]

mod accounts;
mod audit;
mod bodies;
mod branding;
mod collectors;
mod consent;
mod credentials;
mod deletion;
mod edge;
mod events;
mod exports;
mod factors;
mod figures;
mod groups;
mod guesses;
mod handed_out;
mod headlines;
mod hosts;
mod idempotency;
mod isolation;
mod listener;
mod mails;
mod moves;
mod openapi;
mod outbound;
mod passkeys;
mod plans;
mod quotas;
mod redis_tls;
#[path = "../../mail/tests/mail/relay.rs"]
#[expect(dead_code, reason = "the tests of mail use more of it")]
mod relay;
mod session;
mod shared;
mod shares;
mod sso;
mod support;
mod suspension;
mod texts;
mod tls;
