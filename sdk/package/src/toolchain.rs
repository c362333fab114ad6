//! The compiler for drivers: rustup's where it has the target, else Debian's Rust for WebAssembly.
//!
//! Where rustup's servers cannot be reached, Debian's `rustc-web`, `rust-web-src` and `lld-22` do:
//! the standard library is then built from source, by a stable compiler with its bootstrap switch.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::PackageError;

/// Cargo's name of the target that drivers are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKERS: [&str; 3] = ["/usr/bin/rust-lld", "/usr/bin/wasm-ld-22", "/usr/lib/llvm-22/bin/wasm-ld"];

/// A compiler that can make drivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// Cargo's own compiler has the target.
    Cargo,
    /// Debian's compiler, with the standard library from source.
    Debian {
        /// LLVM's WebAssembly linker.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// The one that this machine has.
    ///
    /// # Errors
    /// [`PackageError::NoTarget`], which says how to get one.
    pub fn find() -> Result<Self, PackageError> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        if printed(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))
            .is_some_and(|dir| has_core(&dir))
        {
            return Ok(Self::Cargo);
        }
        let sources = printed(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))
            .is_some_and(|sysroot| sysroot.join("lib/rustlib/src/rust/library/std").is_dir());
        let linker = DEBIAN_LINKERS.iter().map(PathBuf::from).find(|path| path.exists());
        match linker {
            Some(linker) if sources => Ok(Self::Debian { linker }),
            _ => Err(PackageError::NoTarget),
        }
    }

    /// Adds to a `cargo rustc` (before any `--`) what this toolchain needs.
    pub fn apply(&self, cargo: &mut Command) {
        if let Self::Debian { linker } = self {
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            cargo.args(["-Zbuild-std=std,panic_abort", "--ignore-rust-version"]);
        }
    }

    /// The cargo that runs this program, or the one in the path.
    pub(crate) fn cargo() -> OsString {
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
    }
}

fn printed(command: &mut Command) -> Option<PathBuf> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(text.trim()))
}

fn has_core(libdir: &Path) -> bool {
    std::fs::read_dir(libdir)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}
