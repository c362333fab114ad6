//! The runtime against a driver that attacks it (`tests/hostile`), built and packaged like any other.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is test code too")]

mod account;
mod attack;
mod code;
mod loading;
mod support;
