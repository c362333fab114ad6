//! Printers over SNMP: Printer-MIB (RFC 3805), HOST-RESOURCES-MIB (RFC 2790) and MIB-II.
//!
//! One poll takes two rounds. The first asks for what tells a printer from anything else; what is
//! no printer is refused with `not_a_printer` after it. The second reads everything else at once.
//!
//! Guarantees: what the device did not say is left out, never guessed; a part that could not be read
//! keeps its last values instead of looking empty; -1, -2 and -3 mean what RFC 3805 says and never
//! become a percentage; nothing outside the manifest's bounds leaves this crate.
//!
//! Objects that name people (current operator, service person, console and alert texts) are not
//! under the manifest's prefixes and cannot be read.

mod alerts;
mod identity;
mod inputs;
mod marker;
mod objects;
mod poll;
mod status;
mod supplies;
mod table;
mod value;
mod vendor;

use bailiwick_sdk::{Driver, Host, Outcome, Refusal, Target};

/// The driver.
pub struct PrinterSnmp;

impl Driver for PrinterSnmp {
    async fn poll(host: Host, target: Target) -> Result<Outcome, Refusal> {
        poll::poll(host, target).await
    }
}

bailiwick_sdk::export!(PrinterSnmp);
