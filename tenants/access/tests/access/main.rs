//! Access against a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

mod accounts;
mod bounds;
mod branding;
mod elevations;
mod factors;
mod looks;
mod operators;
mod rights;
mod sessions;
mod tokens;
mod tree;
mod view_as;
mod world;
