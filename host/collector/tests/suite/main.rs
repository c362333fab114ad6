//! The collector against real files, real TLS and real UDP.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

mod enrolling;
mod running;
mod scanning;
mod server;
mod site;
mod spool;
