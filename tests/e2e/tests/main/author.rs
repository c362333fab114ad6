//! Somebody who writes a driver by the documents alone, outside any checkout.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use bailiwick_e2e::processes::run;
use bailiwick_e2e::programs::program;
use serde_json::Value;
use sim_printers::{Model, Simulator, World, snmprec};

/// A UPS as RFC 1628 shows it, and its network card.
const UPS: &str = "\
1.3.6.1.2.1.1.1.0|4|APC Web/SNMP Management Card
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.27
1.3.6.1.2.1.2.2.1.6.1|4x|000000000000
1.3.6.1.2.1.2.2.1.6.2|4x|00c0b7aabbcc
1.3.6.1.2.1.33.1.1.1.0|4|APC
1.3.6.1.2.1.33.1.1.2.0|4|Smart-UPS 1500
1.3.6.1.2.1.33.1.2.1.0|2|3
1.3.6.1.2.1.33.1.2.4.0|2|38
1.3.6.1.2.1.33.1.3.3.1.3.1|2|229
";

/// The project is the one that the SDK's README shows; another test compares the two.
#[test]
fn a_new_driver_reads_a_device() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bailiwick = || -> Result<Command> {
        let mut command = Command::new(program("bailiwick")?);
        command.current_dir(folder.path()).arg("driver");
        Ok(command)
    };
    let done = |mut command: Command| -> Result<String> {
        let arguments = format!("{command:?}");
        command.env_remove("RUSTC_WORKSPACE_WRAPPER");
        let (fine, out, told) = run(command, "")?;
        ensure!(fine, "{arguments}: {told}");
        Ok(out)
    };
    let mut new = bailiwick()?;
    new.args(["new", "ups-snmp"]);
    done(new)?;
    let mut again = bailiwick()?;
    again.args(["new", "ups-snmp"]);
    ensure!(done(again).is_err(), "a folder with something in it is left alone");

    // its crates are those of the checkout, so nothing is fetched; its parts go where those of other drivers are
    let target = program("bailiwick")?.ancestors().nth(2).context("no target folder")?.to_owned();
    let mut build = bailiwick()?;
    build.args(["build", "ups-snmp", "--target-dir"]).arg(target).env("CARGO_NET_OFFLINE", "true");
    let built = done(build)?;
    ensure!(built.starts_with("ups-snmp.wasm 0.1.0 "), "{built}");
    let mut verify = bailiwick()?;
    verify.args(["verify", "ups-snmp.wasm"]);
    done(verify)?;

    let tree = snmprec::parse(UPS.as_bytes()).tree;
    let ups = Simulator::builder()
        .world(World::manual())
        .printer(Ipv4Addr::new(127, 25, 0, 1), Model::Recorded(Arc::new(tree)))
        .start(0)?;
    let mut scan = Command::new(program("bailiwick-collector")?);
    scan.current_dir(folder.path()).args(["scan", "--json", "--range", "127.25.0.1", "--driver", "ups-snmp.wasm"]);
    scan.args(["--port", &ups.port().to_string()]);
    let line: Value = serde_json::from_str(&done(scan)?)?;
    let at = |pointer: &str| line.pointer(&format!("/device/{pointer}")).cloned().unwrap_or_default();
    assert_eq!(at("identity/mac"), "00c0b7aabbcc", "{line}");
    assert_eq!(at("facts/model"), "Smart-UPS 1500", "{line}");
    assert_eq!(at("facts/battery"), "low", "{line}");
    assert_eq!(at("tables/lines/0/volts"), 229, "{line}");
    assert_eq!(at("readings/0/value"), 38.0, "{line}");
    assert_eq!(at("conditions/0/key"), "battery_low", "{line}");
    Ok(())
}
