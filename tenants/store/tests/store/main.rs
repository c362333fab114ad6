//! The store against a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

mod attack;
mod catalogue;
mod embedded;
mod keys;
mod lineage;
mod migrations;
mod plan;
mod run_cluster;
mod scope;
mod statements;
mod tree;
