//! Kills with SIGKILL, many times: the server and the collector in turn while reports flow. `cargo xtask test` does two
//! rounds of the same test and `cargo xtask test --all` twenty; this verb does as many as you ask for.

use anyhow::{Result, ensure};
use clap::Args;

use crate::build::Compiler;
use crate::{build, exec, guests, portal, setup};

/// Options of `cargo xtask kill-test`.
#[derive(Args)]
pub struct Options {
    /// How many times each of the two is killed
    #[arg(long, default_value_t = 20)]
    rounds: u32,
}

/// Runs the verb.
pub fn run(options: &Options) -> Result<()> {
    ensure!(options.rounds > 0, "--rounds must be at least 1");
    setup::for_demo()?;
    guests::build(Compiler::Plain)?;
    portal::build(portal::For::Work)?;
    build::programs(Compiler::Plain)?;
    exec::run(
        exec::cargo()
            .args(["test", "--workspace", "--test", "main", "--", "kill", "--nocapture"])
            .env("BAILIWICK_KILL_ROUNDS", options.rounds.to_string()),
    )
}
