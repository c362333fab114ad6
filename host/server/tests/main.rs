//! The server from outside: a real database, real HTTP, real handshakes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in what it is helped by"
)]

mod accounts;
mod audit;
mod collectors;
mod edge;
mod events;
mod idempotency;
mod isolation;
mod openapi;
mod plans;
mod session;
mod shared;
mod support;
mod tls;
