//! End to end: the real server, the real collector, the real driver in its sandbox, simulated printers over UDP.

mod author;
mod bad_input;
mod beside;
mod confined;
mod database_tls;
mod descriptors;
mod kill;
mod outbound;
mod own_database;
#[path = "../../../../host/mail/tests/mail/relay.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it is written for the tests of mail, which use more of it and may panic"
)]
mod relay;
mod spine;
mod tls;
mod tls_scan;
mod walks;
