//! End to end: the real server, the real collector, the real driver in its sandbox, simulated printers over UDP.

mod bad_input;
mod kill;
mod spine;
mod tls;
mod tls_scan;
mod walks;
