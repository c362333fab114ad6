//! The audit against a real PostgreSQL, and against someone who tampers with it as superuser.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

mod exporting;
mod journal;
mod listing;
mod sealing;
mod tampering;
