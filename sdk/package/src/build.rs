//! From a driver's folder to its component.
//!
//! Guests have a target folder of their own, since their profile and panic strategy differ from the
//! host's; cargo keeps it incremental and guards it against builds at the same time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bailiwick_contract::manifest::Manifest;

use crate::{PackageError, TARGET, Toolchain, package};

/// Compiles the crate in `driver_dir` and packages it with the `driver.toml` beside it, which is judged first: what is
/// wrong with it is told before the compiler starts. `target_dir` is where compiled parts are kept; the guest's files lie
/// in `guests/` below it.
///
/// # Errors
/// [`PackageError`]; what the compiler says goes to standard error.
pub fn build(driver_dir: &Path, target_dir: &Path) -> Result<Vec<u8>, PackageError> {
    let manifest = read(driver_dir.join("driver.toml"))?;
    Manifest::parse(&manifest)?;
    let module = module(driver_dir, target_dir)?;
    package(&fs::read(&module).map_err(|source| PackageError::Read { path: module, source })?, &manifest)
}

/// The profile of guests: small and fast. It is given on cargo's command line, so a driver's own Cargo.toml needs none.
const PROFILE: [&str; 6] =
    ["inherits='release'", "opt-level=3", "lto=true", "codegen-units=1", "panic='abort'", "strip=true"];

/// How guests are compiled and linked.
const FLAGS: [&str; 2] = [
    // Parsers search and validate their input with it; it is deterministic.
    "-Ctarget-feature=+simd128",
    // 512 KiB to allocate from before memory must grow, which few exchanges then ask for: it costs each fresh instance
    // two changes of its page protection.
    "-Clink-arg=--initial-heap=524288",
];

/// Compiles the crate in `driver_dir` and answers the path of its core module.
///
/// # Errors
/// [`PackageError`]; what the compiler says goes to standard error.
pub fn module(driver_dir: &Path, target_dir: &Path) -> Result<PathBuf, PackageError> {
    let name = crate_name(driver_dir)?;
    // cargo runs in the driver's folder, and who asks may stand in another
    let target_dir = std::path::absolute(target_dir).map_err(PackageError::Cargo)?;
    let guests = target_dir.join("guests");
    let mut cargo = Command::new(Toolchain::cargo());
    cargo.current_dir(driver_dir).stdin(Stdio::null()).stdout(Stdio::null());
    cargo.args(["rustc", "--quiet", "--package", &name, "--lib", "--profile", "guest", "--target", TARGET]);
    cargo.args(["--crate-type", "cdylib", "--target-dir"]).arg(&guests);
    // Flags and wrappers of the build that runs us (clippy's, a coverage run's) are not the guest's.
    for inherited in
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "CARGO_BUILD_TARGET"]
    {
        cargo.env_remove(inherited);
    }
    Toolchain::find()?.apply(&mut cargo);
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={FLAGS:?}"));
    for setting in PROFILE {
        cargo.arg("--config").arg(format!("profile.guest.{setting}"));
    }
    // Two modules from one source must be one: no path of this machine in what panics log.
    cargo.args(["--", "--remap-path-prefix"]).arg(remap(driver_dir));
    let status = cargo.status().map_err(PackageError::Cargo)?;
    if !status.success() {
        return Err(PackageError::Compile(status));
    }
    Ok(guests.join(TARGET).join("guest").join(name.replace('-', "_")).with_extension("wasm"))
}

fn remap(driver_dir: &Path) -> std::ffi::OsString {
    let mut remap = driver_dir.as_os_str().to_owned();
    remap.push("=.");
    remap
}

fn read(path: PathBuf) -> Result<String, PackageError> {
    fs::read_to_string(&path).map_err(|source| PackageError::Read { path, source })
}

fn crate_name(driver_dir: &Path) -> Result<String, PackageError> {
    let path = driver_dir.join("Cargo.toml");
    let table: toml::Table = read(path.clone())?.parse().map_err(|_| PackageError::NoName { path: path.clone() })?;
    let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    name.map(str::to_owned).ok_or(PackageError::NoName { path })
}
