//! The agents' answers by the standards' rules, the life of printers, and the codec.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test prepares either works or ends the test")]

mod agent;
mod codec;
mod life;
mod wire;
