//! Who may do what over the interface, proven operation by operation.
//!
//! One table ([`operations`]) says what each operation of the OpenAPI document needs, and how to call it so that it
//! succeeds. From it follow the sweep (every operation by every caller, on things that exist), the matrix of roles
//! (a golden file), and that whatever changes something writes its audit entry in the same transaction. An operation
//! without an entry fails each of them by its name.

mod audit;
pub mod callers;
mod client;
mod heads;
mod lists;
mod matrix;
pub mod operations;
mod sweep;
mod texts;
pub mod world;

pub use client::Client;
pub use world::{begun_totp, code, confirm_totp};
