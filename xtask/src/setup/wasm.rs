//! A compiler for drivers: rustup's target where rustup can give it, else Debian's own Rust for the browser
//! (`rustc-web`, its sources and LLVM's linker), which builds the standard library from source.

use std::path::Path;

use anyhow::{Result, ensure};

use super::debian::Root;
use crate::exec;

/// Cargo's name of the target.
const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler, its library's sources and its linker.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld-22"];

/// Makes sure that there is one; which of the two is used, the SDK's package decides at each build.
pub fn ensure() -> Result<()> {
    if rustup_target() || debian_compiler() {
        return Ok(());
    }
    eprintln!("   drivers are compiled to WebAssembly, and no compiler here can do that");
    if exec::found("rustup") {
        // Where rustup's servers cannot be reached this fails, and Debian's packages are the way.
        let added = exec::run(exec::command("rustup").args(["target", "add", TARGET]));
        if added.is_ok() && rustup_target() {
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
    ensure!(
        debian_compiler(),
        "no compiler for {TARGET}: `rustup target add {TARGET}`, or on Debian: apt-get install {}",
        DEBIAN_PACKAGES.join(" ")
    );
    Ok(())
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

/// Whether Debian's compiler and the sources of its standard library are there.
fn debian_compiler() -> bool {
    exec::output(exec::command(DEBIAN_RUSTC).args(["--print", "sysroot"]))
        .is_ok_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists())
}
