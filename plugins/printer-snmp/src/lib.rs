//! Printers over SNMP.

use bailiwick_sdk::{Driver, Facts, Host, Outcome, Refusal, Scalar, Target};

/// Reads printers.
pub struct PrinterSnmp;

impl Driver for PrinterSnmp {
    async fn poll(host: Host, _: Target) -> Result<Outcome, Refusal> {
        let found = host.walk([1, 3, 6, 1, 2, 1, 43, 5, 1, 1]).await?;
        if found.is_empty() {
            return Err(Refusal::new("not_a_printer"));
        }
        Ok(Outcome::new().facts(Facts::new().set("status", Scalar::token("unknown"))))
    }
}

bailiwick_sdk::export!(PrinterSnmp);
