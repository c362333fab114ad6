//! The developer's commands. One verb a file; each does its own set-up, prints what it does and why, and ends with
//! a nonzero status on the first thing that is wrong. Nothing here is part of the product: the demo and the tests
//! use only interfaces that a customer has too.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod build;
mod demo;
mod dependencies;
#[cfg(test)]
mod documents;
mod exec;
mod fuzz;
mod guests;
mod kill;
mod portal;
mod setup;
mod test;
mod workspace;

/// Developer commands of Bailiwick.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Set up, build and start the platform with a living demo world; Ctrl-C ends it
    Demo(demo::Options),
    /// Set up and run every check and test, as CI does
    Test(test::Options),
    /// Install what is missing on this machine, and nothing else
    Setup(setup::Options),
    /// Build every driver under plugins/ into <target>/drivers/<name>.wasm
    Guests,
    /// Build the portal into web/dist
    Portal,
    /// Kill server and collector with SIGKILL while reports flow; fail on any loss or double
    KillTest(kill::Options),
    /// Run the fuzz targets of every wire format
    Fuzz(fuzz::Options),
    /// Run the benches: sandbox (criterion), ingest, load (one tenant misbehaves beside others)
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().verb {
        Verb::Demo(options) => demo::run(&options),
        Verb::Test(options) => test::run(&options),
        Verb::Setup(options) => setup::run(&options),
        Verb::Guests => setup::compilers().and_then(|()| guests::build(build::Compiler::Plain)).map(drop),
        Verb::Portal => setup::node().and_then(|()| portal::build(portal::For::Work)),
        Verb::KillTest(options) => kill::run(&options),
        Verb::Fuzz(options) => fuzz::run(&options),
        Verb::Bench(options) => bench::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
