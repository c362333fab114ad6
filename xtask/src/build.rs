//! Building the host. One profile for the demo and the tests, so that neither compiles what the other has.

use std::process::Command;

use anyhow::Result;

use crate::exec;

/// The programs of the product and of the demo world: (package, binary).
const PROGRAMS: [(&str, &str); 3] =
    [("bailiwick", "bailiwick"), ("bailiwick-collector", "bailiwick-collector"), ("sim-printers", "sim-printers")];

/// Builds server, collector and simulator into `<target>/debug`.
pub fn programs() -> Result<()> {
    programs_with(|cargo| cargo)
}

/// The same with a change to the command: the tests build with lints on, and what is built must be theirs.
pub fn programs_with(change: impl FnOnce(&mut Command) -> &mut Command) -> Result<()> {
    let mut cargo = exec::cargo();
    cargo.arg("build");
    for (package, binary) in PROGRAMS {
        cargo.args(["--package", package, "--bin", binary]);
    }
    exec::run(change(&mut cargo))
}
