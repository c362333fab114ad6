//! The plans of the lists that people look at all day, as PostgreSQL makes them for the statements that run.
//!
//! The golden files hold the plan of each list for a customer, a dealer and the platform: who reviews a change of a
//! statement, an index or a policy sees what it does to the plan. Bless: `INSTA_UPDATE=always`. Every connection was
//! warmed under other scopes before, so a plan that was kept for one scope would show in the next. The files are of PostgreSQL 15;
//! under another version only how many rows are looked at is held to.
//!
//! The same lists are looked at and timed at full size by a test of its own, which takes minutes:
//! `cargo test --workspace --test server plans -- --ignored --nocapture`.

mod explain;
mod fleet;
mod lists;
