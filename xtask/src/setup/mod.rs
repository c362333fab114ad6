//! Set-up of a fresh machine: what is missing is installed, what is there is left alone, and each step says why it
//! is needed. On Debian and Ubuntu that is automatic; elsewhere a list tells what to install by hand.

use anyhow::{Result, ensure};
use clap::Args;

use crate::{exec, workspace};

pub mod debian;
mod node_modules;
pub mod wasm;

/// Options of `cargo xtask setup`.
#[derive(Args)]
pub struct Options {
    /// Also what only the tests need (Chromium, testssl.sh, Redis, strace)
    #[arg(long)]
    tests: bool,
}

/// Runs the verb by itself.
pub fn run(options: &Options) -> Result<()> {
    if options.tests { for_tests() } else { for_demo() }
}

/// What the demo needs: PostgreSQL, the WebAssembly target, the portal's packages.
pub fn for_demo() -> Result<()> {
    debian::install(&[debian::POSTGRESQL, debian::C_COMPILER])?;
    compilers()?;
    node()
}

/// What the tests need besides.
pub fn for_tests() -> Result<()> {
    debian::install(&[
        debian::POSTGRESQL,
        debian::C_COMPILER,
        debian::CHROMIUM,
        debian::TESTSSL,
        debian::REDIS,
        debian::STRACE,
    ])?;
    compilers()?;
    components()?;
    node()?;
    node_modules::install(&workspace::provider(), "the sign-in provider's")
}

/// A compiler that can make drivers.
pub fn compilers() -> Result<()> {
    wasm::ensure()
}

/// Node.js and the packages of the portal.
pub fn node() -> Result<()> {
    ensure!(
        exec::found("node") && exec::found("npm"),
        "Node.js 20 or newer with npm is missing; it builds the portal. Install it from nodejs.org or your distribution."
    );
    node_modules::install(&workspace::web(), "the portal's")
}

/// rustfmt and clippy, which a minimal rustup profile leaves out.
fn components() -> Result<()> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        let works = exec::output(exec::cargo().args([program.trim_start_matches("cargo-"), "--version"])).is_ok();
        if !works {
            ensure!(exec::found("rustup"), "{component} is missing: `rustup component add {component}`");
            eprintln!("   {component} is missing: adding it with rustup");
            exec::run(exec::command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}
