//! The server from outside: a real database, real HTTP, real handshakes.

mod accounts;
mod collectors;
mod edge;
mod idempotency;
mod openapi;
mod session;
mod support;
mod tls;
