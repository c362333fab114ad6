//! Where the programs under test are: in the folder of cargo's profile that this test was built into.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

/// The profile's folder: tests run from `<folder>/deps`.
fn profile() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let deps = test.parent().context("the test has no folder")?;
    Ok(deps.parent().context("the test does not stand in deps")?.to_owned())
}

/// A program of the workspace.
///
/// # Errors
/// Where it was not built, with the command that does.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = profile()?.join(name);
    ensure!(
        path.is_file(),
        "{} is missing: `cargo build --bins` makes it, `cargo xtask test` does by itself",
        path.display()
    );
    Ok(path)
}

/// A driver's component.
///
/// # Errors
/// Where it was not built, with the command that does.
pub fn driver(name: &str) -> Result<PathBuf> {
    let profile = profile()?;
    let target = profile.parent().context("the profile's folder has no parent")?;
    let path = target.join("drivers").join(format!("{name}.wasm"));
    ensure!(path.is_file(), "{} is missing: `cargo xtask guests` makes it", path.display());
    Ok(path)
}

/// Recorded walks of real printers with what other tools read from them. They stand beside the checkout and are no
/// part of it; `None`, and a message, where they are absent.
#[must_use]
pub fn recordings() -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/printers"));
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: there are no recorded walks in {}", path.display());
    None
}
