//! The command line: `serve`, `admin`, `driver`, `config`, `openapi`.
//!
//! Secrets are read from standard input and never from arguments, which other users of the machine can
//! see. What goes to standard output is the result, as text or with `--json`; everything else goes to
//! standard error.

mod admin;
mod config;
mod driver;
mod driver_new;
mod egress;
mod jobs;
mod log;
mod open;
mod serve;

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A device platform for managed service providers.
#[derive(Debug, Parser)]
#[command(name = "bailiwick", version, about, propagate_version = true)]
pub struct Cli {
    /// Settings file; `bailiwick config --print-defaults` documents every key. BAILIWICK_* variables win over it.
    #[arg(long, global = true, value_name = "FILE", env = "BAILIWICK_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server.
    Serve,
    /// Creates operators and tokens, and verifies the audit.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Starts, builds, inspects, verifies, installs and lists drivers.
    #[command(subcommand)]
    Driver(driver::Driver),
    /// Lists what may be reached from this server, for what and for whom.
    #[command(subcommand)]
    Egress(egress::Egress),
    /// Shows settings.
    Config(config::Show),
    /// Prints the OpenAPI document.
    Openapi,
}

/// Runs a command; errors go to standard error in one line.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bailiwick: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> anyhow::Result<()> {
    let settings = || Config::load(cli.config.as_deref());
    match cli.command {
        Command::Serve => block(serve::serve(settings()?)),
        Command::Admin(command) => block(admin::run(command, settings()?)),
        Command::Driver(command) => driver::run(command, settings),
        Command::Egress(command) => block(egress::run(command, settings()?)),
        Command::Config(show) => config::run(&show, settings),
        Command::Openapi => print(&format!("{}\n", crate::router::document().to_pretty_json()?)),
    }
}

/// Writes a long result. A reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

fn block(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
