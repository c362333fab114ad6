//! The harness of the end-to-end tests: the real programs as child processes, a certificate authority for them, and
//! the REST API as a script would call it. Tests go through nothing but what a customer has.
//!
//! The programs are those that stand in the target folder beside the test; `cargo xtask test` builds them first, and
//! a test says so where they are absent.
#![forbid(unsafe_code)]

pub mod api;
pub mod authority;
pub mod collector;
pub mod postgres;
pub mod printers;
pub mod processes;
pub mod programs;
pub mod server;
pub mod site;
pub mod trace;
pub mod wait;
pub mod wire;

pub use api::{Api, Reply};
pub use authority::Authority;
pub use collector::Collector;
pub use postgres::{Entrance, Postgres};
pub use server::{Server, Setup, Transport};
pub use site::Site;
pub use wire::Wire;
