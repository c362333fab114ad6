//! Dependencies that no code names. A name counts wherever it stands as a word in a Rust file of the package, or in one
//! that the package takes in by `#[path]`: rather one too few is found than one too many.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Metadata, rust_files};
use crate::workspace;

/// What is named and not used: by packages, and in the workspace's table.
pub fn find(metadata: &Metadata) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    for package in metadata.packages.iter().filter(|package| package.source.is_none()) {
        let words = words(package.manifest.parent().context("a manifest stands in a folder")?)?;
        for direct in &package.direct {
            named.insert(direct.package.clone());
            let used = words.contains(&direct.known_as);
            match (used, package.ignored.contains(&direct.package)) {
                (false, false) => wrong.push(format!("{}: does not use {}", package.name, direct.package)),
                (true, true) => wrong.push(format!("{}: uses {}, which it ignores", package.name, direct.package)),
                _ => {}
            }
        }
    }
    let manifest: toml::Table = std::fs::read_to_string(workspace::root().join("Cargo.toml"))?.parse()?;
    let shared = manifest.get("workspace").and_then(|table| table.get("dependencies")).and_then(toml::Value::as_table);
    let shared = shared.context("Cargo.toml has no workspace.dependencies")?;
    let idle = shared.keys().filter(|name| !named.contains(*name));
    wrong.extend(idle.map(|name| format!("Cargo.toml: no package uses {name} of workspace.dependencies")));
    Ok(wrong)
}

/// Every word of a package's code.
fn words(folder: &Path) -> Result<BTreeSet<String>> {
    let mut files = Vec::new();
    rust_files(folder, &mut files)?;
    let mut words = BTreeSet::new();
    while let Some(file) = files.pop() {
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        for taken in text.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let other = file.parent().unwrap_or(folder).join(taken);
            if other.is_file() {
                add(&std::fs::read_to_string(&other)?, &mut words);
            }
        }
        add(&text, &mut words);
    }
    Ok(words)
}

fn add(text: &str, words: &mut BTreeSet<String>) {
    let found = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    for word in found {
        if !words.contains(word) {
            words.insert(word.to_owned());
        }
    }
}
