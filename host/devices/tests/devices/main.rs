//! Devices against a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test can only stop")]

mod budgets;
mod collectors;
mod drivers;
mod ground;
mod identity;
mod ingest;
mod isolation;
mod jobs;
mod levels;
mod lists;
mod sinks;
mod sites;
