//! Devices against a real PostgreSQL.

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
