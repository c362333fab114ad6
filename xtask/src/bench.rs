//! Benches, in their own profile (optimised as a release, without its slow link). They are figures to read, not tests:
//! a busy machine must not turn a build red.

use anyhow::Result;
use clap::Args;

use crate::build::Compiler;
use crate::{exec, guests, portal, setup};

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub struct Options {
    /// Only this bench (sandbox, ingest, load)
    #[arg(default_value = "*", hide_default_value = true)]
    bench: String,
    /// Arguments for the bench programs
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs the verb.
pub fn run(options: &Options) -> Result<()> {
    setup::for_demo()?;
    guests::build(Compiler::Plain)?;
    portal::build(portal::For::Work)?;
    let mut cargo = exec::cargo();
    // By name, since `--benches` would build every library and program once more as a bench of its own.
    cargo.args(["bench", "--workspace", "--bench", &options.bench, "--"]).args(&options.rest);
    exec::run(&mut cargo)
}
