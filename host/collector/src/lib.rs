//! The on-site engine: finds devices in a customer's network, reads them through sandboxed drivers
//! and sends what it may keep to the server, by outbound HTTPS only.
//!
//! | module | what it guarantees |
//! |---|---|
//! | [`state`] | one process a data folder; secrets in files that only their owner reads |
//! | [`client`] | HTTPS with verified certificates; nothing else leaves beyond loopback |
//! | [`drivers`] | only components whose SHA-256 is the one assigned are run |
//! | [`fleet`] | sweeps and polls, only within what the site's own file and the assignment both allow |
//! | [`snmp_answers`] | a driver asks only the target that is being polled |
//! | [`spool`] | a report is on disk before it counts, and stays until the server has it |
//! | [`delivery`] | oldest first, at least once, nothing dropped that the server did not acknowledge |
//! | [`service`] | the `run` command: schedule, check-in, polls and delivery side by side |
//! | [`scan`] | the `scan` command: useful alone, without a server |
#![forbid(unsafe_code)]

pub mod client;
pub mod delivery;
pub mod drivers;
pub mod enroll;
pub mod fleet;
pub mod scan;
pub mod service;
pub mod snmp_answers;
pub mod spool;
pub mod state;
pub mod status;
