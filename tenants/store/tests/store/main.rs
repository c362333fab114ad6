//! The store against a real PostgreSQL.

mod attack;
mod catalogue;
mod embedded;
mod lineage;
mod plan;
mod scope;
mod tree;
