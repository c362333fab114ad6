//! Fuzzing. Every folder `<crate>/fuzz` holds targets of cargo-fuzz for the formats which that crate reads from a
//! stranger; this verb finds and runs them, each for a bounded time, and keeps their corpora between runs.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::{exec, setup, workspace};

/// Options of `cargo xtask fuzz`.
#[derive(Args)]
pub struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only targets whose name contains this
    #[arg(long)]
    target: Option<String>,
}

/// Runs the verb.
pub fn run(options: &Options) -> Result<()> {
    setup::compilers()?;
    tools()?;
    let mut found = 0;
    for folder in folders()? {
        let names =
            exec::output(exec::cargo().current_dir(&folder).env("RUSTUP_TOOLCHAIN", "nightly").args(["fuzz", "list"]))?;
        for name in names.lines().filter(|name| options.target.as_deref().is_none_or(|part| name.contains(part))) {
            found += 1;
            exec::headline(&format!("{name} ({} s)", options.seconds));
            let mut cargo = exec::command("cargo");
            cargo.current_dir(&folder).env("RUSTUP_TOOLCHAIN", "nightly").args(["fuzz", "run", name, "--"]);
            cargo.arg(format!("-max_total_time={}", options.seconds)).arg("-timeout=10");
            exec::run(&mut cargo)?;
        }
    }
    ensure!(found > 0, "no fuzz target matches");
    eprintln!("\n{found} targets ran without a finding");
    Ok(())
}

/// cargo-fuzz and the nightly compiler that its instrumentation needs.
fn tools() -> Result<()> {
    let nightly = exec::output(exec::command("rustup").args(["run", "nightly", "rustc", "--version"]));
    if nightly.is_err() {
        eprintln!("   fuzzing instruments with the nightly compiler: adding it with rustup");
        exec::run(exec::command("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    if !exec::found("cargo-fuzz") {
        exec::run(exec::cargo().args(["install", "cargo-fuzz", "--locked"]))?;
    }
    Ok(())
}

/// Every `fuzz` folder two levels below the root.
fn folders() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for group in ["host", "tenants", "sdk", "plugins", "tests"] {
        let group = workspace::root().join(group);
        for entry in fs::read_dir(&group).with_context(|| format!("could not read {}", group.display()))? {
            let folder = entry?.path().join("fuzz");
            if folder.join("Cargo.toml").is_file() {
                folders.push(folder);
            }
        }
    }
    folders.sort();
    Ok(folders)
}
