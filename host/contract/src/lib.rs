//! The driver contract without I/O: what a driver may say, what its manifest declares, and the
//! checks that stand between the two.
//!
//! Server and collector both decide by this crate, so a report that a collector lets through is
//! judged by the same rules again on ingest. Nothing here reads a file, a clock or a socket.
//!
//! | module | what it holds |
//! |---|---|
//! | [`value`] | scalars, rows, tables, OIDs: the words of the contract |
//! | [`exchange`] | context, inputs, asks, answers, effects: one exchange as data |
//! | [`manifest`] | `driver.toml`: parsed and validated |
//! | [`policy`] | categories, ownership, grant and policy, and their intersection |
//! | [`consent`] | what a grant was given for, and whether another version asks for more |
//! | [`statement`] | what is collected and what never, and why |
//! | [`check`] | asks and effects against what is permitted |
//! | [`sinks`] | every column that a driver can write |
//! | [`ranges`] | address ranges of a site |
//! | [`report`] | what a collector sends to the server |

pub mod check;
pub mod consent;
pub mod exchange;
pub mod manifest;
pub mod policy;
pub mod ranges;
pub mod report;
pub mod sinks;
pub mod statement;
pub mod value;
