//! A collector where the system gives little.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bailiwick_e2e::processes::run;
use bailiwick_e2e::programs::{driver, program};
use sim_printers::{Kind, Model, Simulator, World};

/// 256 GiB, half of what a small board's kernel gives: too little for guard pages of a thousand instances.
const ADDRESS_SPACE: &str = "--as=274877906944";

#[test]
fn where_addresses_are_scarce_a_driver_runs_without_guard_pages() -> Result<()> {
    let printer = Ipv4Addr::new(127, 24, 0, 1);
    let kind = Kind::all()?.into_iter().next().context("no kind")?;
    let printers = Simulator::builder()
        .world(World::manual())
        .printer(printer, Model::Living { kind: Arc::new(kind), seed: 7 })
        .start(0)?;
    let mut command = Command::new("prlimit");
    command.arg(ADDRESS_SPACE).arg(program("bailiwick-collector")?);
    command.args(["scan", "--json", "--range", "127.24.0.1/32", "--port", &printers.port().to_string(), "--driver"]);
    command.arg(driver("printer-snmp")?);
    let (fine, found, told) = run(command, "")?;
    assert!(fine, "{told}");
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains("\"serial\""), "{found}");
    assert!(told.contains("no address space for guard pages"), "{told}");
    Ok(())
}
