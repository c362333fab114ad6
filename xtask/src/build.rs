//! Building programs of the workspace. Always with the features of the whole workspace, in the one profile: cargo
//! would otherwise compile a dependency again for each selection of packages.

use std::process::Command;

use anyhow::Result;

use crate::{exec, portal};

/// The programs of the product and of the demo world.
const PROGRAMS: [&str; 3] = ["bailiwick", "bailiwick-collector", "sim-printers"];

/// How the workspace's own crates are compiled.
#[derive(Clone, Copy)]
pub enum Compiler {
    /// By rustc.
    Plain,
    /// By clippy's driver, with every warning an error: it lints and builds in one pass. The server gets the portal of
    /// the tests.
    Linting,
}

impl Compiler {
    /// Sets the compiler. clippy's driver reads its arguments from one variable, with a separator of its own, and
    /// tells cargo that the result depends on that variable.
    pub fn apply(self, cargo: &mut Command) -> &mut Command {
        match self {
            Self::Plain => cargo,
            Self::Linting => {
                let arguments = "-Dwarnings__CLIPPY_HACKERY__";
                cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", arguments);
                cargo.env(portal::DIST, portal::For::Tests.folder())
            }
        }
    }
}

/// Builds server, collector and simulator into `<target>/debug`.
pub fn programs(compiler: Compiler) -> Result<()> {
    binaries(&PROGRAMS, compiler)
}

/// Builds these binaries of the workspace into `<target>/debug`.
pub fn binaries(names: &[&str], compiler: Compiler) -> Result<()> {
    let mut cargo = exec::cargo();
    cargo.args(["build", "--workspace"]);
    for name in names {
        cargo.args(["--bin", name]);
    }
    exec::run(compiler.apply(&mut cargo))
}
