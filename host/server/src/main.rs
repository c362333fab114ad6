//! `bailiwick`: the server and its commands.

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    bailiwick::cli::run(bailiwick::cli::Cli::parse())
}
