//! Drivers: each folder of plugins/ with a driver.toml becomes a core module for wasm32-unknown-unknown (in a
//! target folder of its own, since profile and panic strategy differ from the host's) and then a component with
//! its manifest inside, `<target>/drivers/<name>.wasm`. Cargo and a comparison of bytes keep it incremental.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::setup::wasm::{Toolchain, toolchain};
use crate::{exec, workspace};

/// Cargo's name of the target that drivers are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A driver in the checkout.
pub struct Driver {
    /// Package and driver name: the folder's.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// Every driver of plugins/, by name.
pub fn drivers() -> Result<Vec<Driver>> {
    let plugins = workspace::root().join("plugins");
    let mut drivers = Vec::new();
    for entry in fs::read_dir(&plugins).with_context(|| format!("could not read {}", plugins.display()))? {
        let folder = entry?.path();
        if folder.join("driver.toml").is_file() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            drivers.push(Driver { name, folder });
        }
    }
    drivers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(drivers)
}

/// Builds all drivers and answers the paths of their components.
pub fn build() -> Result<Vec<PathBuf>> {
    let drivers = drivers()?;
    ensure!(!drivers.is_empty(), "no folder under plugins/ has a driver.toml");
    let toolchain = toolchain()?;
    drivers.iter().map(|driver| build_one(driver, &toolchain)).collect()
}

fn build_one(driver: &Driver, toolchain: &Toolchain) -> Result<PathBuf> {
    let guests = workspace::target().join("guests");
    let mut cargo = exec::cargo();
    cargo.args(["rustc", "--package", &driver.name, "--lib", "--profile", "guest", "--target", TARGET]);
    cargo.args(["--crate-type", "cdylib", "--target-dir"]).arg(&guests);
    toolchain.apply(&mut cargo);
    exec::run(&mut cargo)?;
    let module = guests.join(TARGET).join("guest").join(format!("{}.wasm", driver.name.replace('-', "_")));
    ensure!(module.is_file(), "cargo made no {}", module.display());
    let component = workspace::drivers().join(format!("{}.wasm", driver.name));
    package(&driver.folder, &module, &component)?;
    Ok(component)
}

/// Makes the component with the same program that `bailiwick driver build` is made of.
fn package(folder: &Path, module: &Path, component: &Path) -> Result<()> {
    fs::create_dir_all(workspace::drivers())?;
    let mut cargo = exec::cargo();
    cargo.args(["run", "--quiet", "--package", "bailiwick-package", "--"]);
    cargo.arg(folder).arg(module).arg(component);
    exec::run(&mut cargo)
}
