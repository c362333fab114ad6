//! Access against a real PostgreSQL.

mod accounts;
mod operators;
mod sessions;
mod tokens;
mod tree;
mod world;
