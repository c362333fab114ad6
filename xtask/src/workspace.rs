//! Where things are. Every path that xtask uses comes from here, so that `CARGO_TARGET_DIR` and a call from a
//! subfolder work everywhere alike.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the checkout that this xtask was built from.
pub fn root() -> &'static Path {
    // CARGO_MANIFEST_DIR is `<root>/xtask` at compile time.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}

/// Cargo's target folder: `CARGO_TARGET_DIR` (relative to the current folder, as cargo takes it) or `<root>/target`.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => {
            let dir = PathBuf::from(dir);
            if dir.is_absolute() { dir } else { env::current_dir().unwrap_or_default().join(dir) }
        }
        None => root().join("target"),
    }
}

/// A binary of the development profile.
pub fn binary(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// The folder of finished driver components.
pub fn drivers() -> PathBuf {
    target().join("drivers")
}

/// The sign-in provider of the tests.
pub fn provider() -> PathBuf {
    root().join("tests/oidc-provider")
}

/// The portal's sources.
pub fn web() -> PathBuf {
    root().join("web")
}
