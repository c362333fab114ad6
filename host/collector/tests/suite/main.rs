//! The collector against real files, real TLS and real UDP.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

mod enrolling;
mod server;
mod spool;
