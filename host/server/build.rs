//! The portal is embedded from `web/dist`, or from the folder that `PORTAL_DIST` names: `cargo xtask test` has a build of
//! its own, which work in `web/` beside it does not change. Where the portal was not built, an empty folder lets the
//! server build.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = |name| env::var_os(name).map(PathBuf::from).ok_or(io::Error::other(name));
    let dist = match folder("PORTAL_DIST") {
        Ok(dist) => dist,
        Err(_) => folder("CARGO_MANIFEST_DIR")?.join("../../web/dist"),
    };
    fs::create_dir_all(&dist)?;
    // as a path without `..`: what a debug build serves must lie within it
    let dist = dist.canonicalize()?;
    let dist = dist.to_str().ok_or(io::Error::other("the portal's folder has a name that is no text"))?;
    // the attribute takes a literal and nothing else
    let portal = format!("#[derive(RustEmbed)]\n#[folder = {dist:?}]\nstruct Portal;\n");
    write_if_new(&folder("OUT_DIR")?.join("portal.rs"), &portal)?;
    println!("cargo::rerun-if-changed={dist}");
    println!("cargo::rerun-if-env-changed=PORTAL_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Leaves a file alone that says the same already, so that nothing is compiled for it.
fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) { Ok(()) } else { fs::write(path, text) }
}
