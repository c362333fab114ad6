//! The audit against a real PostgreSQL, and against someone who tampers with it as superuser.

mod journal;
mod key;
mod listing;
mod sealing;
mod tampering;
