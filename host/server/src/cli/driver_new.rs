//! `bailiwick driver new`: a driver's project that builds outside any checkout.
//!
//! The SDK is no published crate, so the project carries it: its sources and the contract's text are in this program, of
//! the version that this program runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct New {
    /// The driver's name: lower-case letters, digits and hyphens.
    name: String,
    /// Where the project goes; a folder of the driver's name in this one where absent.
    folder: Option<PathBuf>,
}

/// The name in the template's manifest.
const TEMPLATE_NAME: &str = "ups-snmp";

macro_rules! files {
    ($root:literal: $($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!($root, $path)))),*]
    };
}

/// The driver itself: the one that the SDK's README explains.
const TEMPLATE: [(&str, &str); 2] = files!("../../../../sdk/template/": "driver.toml", "src/lib.rs");

/// What the driver is built with, below `sdk/`.
const SDK: [(&str, &str); 13] = files!("../../../../sdk/":
    "wit/0.1.0/driver.wit",
    "rust/README.md",
    "rust/src/build.rs",
    "rust/src/desk.rs",
    "rust/src/guest.rs",
    "rust/src/heap.rs",
    "rust/src/host.rs",
    "rust/src/join.rs",
    "rust/src/lib.rs",
    "rust/src/native.rs",
    "rust/src/rng.rs",
    "rust/src/text.rs",
    "rust/src/wit.rs",
);

/// The SDK's Cargo.toml without what it inherits in the checkout; a test compares the versions.
const SDK_CARGO: &str = r#"[package]
name = "bailiwick-sdk"
version = "0.1.0"
edition = "2024"
publish = false

[dependencies]
wit-bindgen = { version = "=0.61.1", default-features = false, features = ["macros", "realloc"] }

[target.'cfg(target_arch = "wasm32")'.dependencies]
dlmalloc = { version = "0.2.14", features = ["global"] }
"#;

fn cargo(name: &str) -> String {
    format!(
        r#"[package]
name = "{name}"
version = "0.1.0"
edition = "2024"
publish = false

[dependencies]
bailiwick-sdk = {{ path = "sdk/rust" }}

# It stands for itself, wherever its folder lies.
[workspace]
"#
    )
}

pub(super) fn run(new: &New) -> anyhow::Result<()> {
    let name = new.name.as_str();
    let formed = (2..=41).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    ensure!(formed, "the name '{name}' must match [a-z][a-z0-9-]{{1,40}}");
    let folder = new.folder.clone().unwrap_or_else(|| PathBuf::from(name));
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is there already and not empty", folder.display());
    }
    for (path, text) in project(name) {
        write(&folder.join(path), &text)?;
    }
    let at = folder.display();
    println!("{at} is a driver for uninterruptible power supplies; make it yours. Next:");
    println!("  bailiwick driver build {at}");
    println!("  bailiwick-collector scan --driver {name}.wasm --range ADDRESS --json");
    println!("{at}/sdk/rust/README.md explains the code, docs/manifest.md each key of driver.toml.");
    Ok(())
}

/// Every file of a new project.
fn project(name: &str) -> Vec<(PathBuf, String)> {
    let named = |text: &str| text.replace(&format!("name = \"{TEMPLATE_NAME}\""), &format!("name = \"{name}\""));
    let own = TEMPLATE.iter().map(|(path, text)| (PathBuf::from(path), named(text)));
    let sdk = SDK.iter().map(|(path, text)| (Path::new("sdk").join(path), (*text).to_owned()));
    let made = [
        (PathBuf::from("Cargo.toml"), cargo(name)),
        (PathBuf::from(".gitignore"), "/target\n*.wasm\n".to_owned()),
        (PathBuf::from("sdk/rust/Cargo.toml"), SDK_CARGO.to_owned()),
    ];
    own.chain(sdk).chain(made).collect()
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bailiwick_contract::manifest::Manifest;

    use super::*;

    fn checkout() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn a_new_project_holds_the_whole_sdk_and_a_whole_manifest() {
        let sources = fs::read_dir(checkout().join("sdk/rust/src")).unwrap();
        let expected: BTreeSet<String> =
            sources.map(|entry| format!("rust/src/{}", entry.unwrap().file_name().to_string_lossy())).collect();
        let held: BTreeSet<String> =
            SDK.iter().map(|(path, _)| (*path).to_owned()).filter(|path| path.starts_with("rust/src/")).collect();
        assert_eq!(held, expected);
        let workspace = fs::read_to_string(checkout().join("Cargo.toml")).unwrap();
        for dependency in SDK_CARGO.lines().filter(|line| line.contains("{ version")) {
            assert!(workspace.lines().any(|line| line == dependency), "{dependency}");
        }
        let files = project("door-sensor");
        let text = |path: &str| &files.iter().find(|(p, _)| p == Path::new(path)).unwrap().1;
        let manifest = Manifest::parse(text("driver.toml")).unwrap();
        assert_eq!(manifest.driver.name, "door-sensor");
        assert!(text("Cargo.toml").contains("name = \"door-sensor\""));
    }

    /// What an author reads is what an author gets; another test builds and runs it.
    #[test]
    fn the_readme_shows_the_project() {
        let readme = fs::read_to_string(checkout().join("sdk/rust/README.md")).unwrap();
        for ((path, text), fence) in TEMPLATE.iter().zip(["```toml\n", "```rust\n"]) {
            assert!(readme.contains(&format!("{fence}{text}```\n")), "{path} is not in the README as it is");
        }
    }
}
