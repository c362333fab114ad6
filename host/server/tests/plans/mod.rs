//! How much the lists that people look at all day read, as PostgreSQL tells it of the statements that run.
//!
//! A list of a customer or a dealer looks at the rows of that account, and reads no big table from end to end. Which of
//! several good plans the planner takes differs from machine to machine and is not held to. Every connection was warmed
//! under other scopes before, so a plan that was kept for one scope would show in the next.
//!
//! The same lists are looked at and timed at full size by a test of its own, which takes minutes:
//! `cargo test --workspace --test server plans -- --ignored --nocapture`; `cargo xtask test --all` runs it too.

mod explain;
mod fleet;
mod lists;
