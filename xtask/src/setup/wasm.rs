//! A compiler for drivers: rustup's target where rustup can give it, else Debian's own Rust for the browser
//! (`rustc-web`, its sources and LLVM's linker), which builds the standard library from source.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::debian::Root;
use crate::exec;
use crate::guests::TARGET;

/// Debian's compiler and where its linker may be found.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld-22"];

/// What cargo needs to know to compile drivers.
pub enum Toolchain {
    /// The target is installed beside the host's compiler.
    Rustup,
    /// Debian's compiler, standard library from source.
    Debian {
        /// LLVM's WebAssembly linker.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Adds to `cargo rustc` what this toolchain needs.
    pub fn apply(&self, cargo: &mut Command) {
        if let Self::Debian { linker } = self {
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            cargo.args(["-Zbuild-std=std,panic_abort", "--ignore-rust-version"]);
        }
    }
}

/// The toolchain that is there.
pub fn toolchain() -> Result<Toolchain> {
    if rustup_target() {
        return Ok(Toolchain::Rustup);
    }
    if let Some(linker) = debian_linker() {
        return Ok(Toolchain::Debian { linker });
    }
    bail!(
        "no compiler for {TARGET}: `rustup target add {TARGET}`, or on Debian: apt-get install {}",
        DEBIAN_PACKAGES.join(" ")
    )
}

/// Makes sure that there is one.
pub fn ensure() -> Result<()> {
    if toolchain().is_ok() {
        return Ok(());
    }
    if exec::found("rustup") {
        eprintln!("   drivers are compiled to WebAssembly: adding the target with rustup");
        if exec::run(exec::command("rustup").args(["target", "add", TARGET])).is_ok() && rustup_target() {
            return Ok(());
        }
        eprintln!("   rustup could not give the target; trying Debian's packages");
    }
    if exec::found("apt-get")
        && let Some(root) = Root::find()
    {
        exec::run(&mut root.command("apt-get", &["update", "-qq"]))?;
        let mut args = vec!["install", "-qq", "-y", "--no-install-recommends"];
        args.extend(DEBIAN_PACKAGES);
        exec::run(&mut root.command("apt-get", &args))?;
    }
    toolchain().map(drop)
}

/// Whether the compiler that cargo uses has the target's standard library.
fn rustup_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    exec::output(exec::command(rustc).args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|dir| has_core(Path::new(&dir)))
}

fn has_core(libdir: &Path) -> bool {
    std::fs::read_dir(libdir)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

/// LLVM's `wasm-ld`, newest first, where Debian's compiler and its sources are there too. The compiler tells the
/// kind of linker by the file's name, so it must be one of these two.
fn debian_linker() -> Option<PathBuf> {
    let sysroot = exec::output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"])).ok()?;
    if !Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists() {
        return None;
    }
    (15..40)
        .rev()
        .map(|version| PathBuf::from(format!("/usr/lib/llvm-{version}/bin/wasm-ld")))
        .chain([PathBuf::from("/usr/bin/rust-lld")])
        .find(|path| path.exists())
}
