//! Drivers: each folder of plugins/ with a driver.toml becomes a core module for wasm32-unknown-unknown (in a
//! target folder of its own, since profile and panic strategy differ from the host's) and then a component with
//! its manifest inside, `<target>/drivers/<name>.wasm`. Cargo and a comparison of bytes keep it incremental.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::build::{self, Compiler};
use crate::{exec, workspace};

/// The program that compiles and packages a driver.
const PACKAGER: &str = "bailiwick-package";

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

/// Builds all drivers and answers the paths of their components. The package of the SDK does it, the same that
/// `bailiwick driver build` is made of.
pub fn build(compiler: Compiler) -> Result<Vec<PathBuf>> {
    let drivers = drivers()?;
    ensure!(!drivers.is_empty(), "no folder under plugins/ has a driver.toml");
    build::binaries(&[PACKAGER], compiler)?;
    fs::create_dir_all(workspace::drivers())?;
    let mut components = Vec::new();
    for driver in drivers {
        let component = workspace::drivers().join(format!("{}.wasm", driver.name));
        let mut package = exec::command(workspace::binary(PACKAGER));
        package.arg(&driver.folder).arg(workspace::target()).arg(&component);
        exec::run(&mut package)?;
        components.push(component);
    }
    Ok(components)
}
