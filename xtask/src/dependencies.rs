//! What the workspace depends on, checked against `deny.toml` by what cargo itself says: licences, sources, duplicates;
//! and that everything which a `Cargo.toml` names is used. Needs no network and no program of its own (ADR 54).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{exec, workspace};

mod license;
mod unused;

/// Runs every check and tells everything that is wrong.
pub fn check() -> Result<()> {
    let text = exec::output(exec::cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--filter-platform",
        "x86_64-unknown-linux-gnu",
    ]))?;
    let metadata = Metadata::read(&serde_json::from_str(&text)?)?;
    let policy: toml::Table = std::fs::read_to_string(workspace::root().join("deny.toml"))?.parse()?;
    let mut wrong = licenses(&metadata, &policy)?;
    wrong.extend(sources(&metadata, &policy)?);
    wrong.extend(duplicates(&metadata, &policy)?);
    wrong.extend(unused::find(&metadata)?);
    for line in &wrong {
        eprintln!("   {line}");
    }
    match wrong.len() {
        0 => {
            eprintln!("   {} packages are as deny.toml wants them", metadata.packages.len());
            Ok(())
        }
        n => bail!("{n} things are not as deny.toml wants them"),
    }
}

/// A package that is compiled into anything here.
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    manifest: PathBuf,
    /// The names by which its code knows what its manifest names.
    direct: Vec<Direct>,
    ignored: BTreeSet<String>,
    needs: Vec<String>,
}

struct Direct {
    package: String,
    known_as: String,
}

struct Metadata {
    packages: Vec<Package>,
}

impl Metadata {
    fn read(all: &Value) -> Result<Self> {
        let nodes = list(all.pointer("/resolve/nodes"))?;
        let needs: BTreeMap<&str, Vec<String>> = nodes
            .iter()
            .filter_map(|node| {
                let pkg = |dep: &Value| Some(dep.get("pkg")?.as_str()?.to_owned());
                Some((text(node, "id")?, node.get("deps")?.as_array()?.iter().filter_map(pkg).collect()))
            })
            .collect();
        let packages = list(all.get("packages"))?.iter().filter_map(|package| {
            let id = text(package, "id")?;
            let ignored = package.pointer("/metadata/cargo-machete/ignored").and_then(Value::as_array);
            Some(Package {
                needs: needs.get(id)?.clone(),
                id: id.to_owned(),
                name: text(package, "name")?.to_owned(),
                version: text(package, "version")?.to_owned(),
                license: text(package, "license").map(str::to_owned),
                source: text(package, "source").map(str::to_owned),
                manifest: text(package, "manifest_path")?.into(),
                direct: package.get("dependencies")?.as_array()?.iter().filter_map(Direct::read).collect(),
                ignored: ignored.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            })
        });
        Ok(Self { packages: packages.collect() })
    }

    /// This package and everything that it needs.
    fn tree(&self, roots: impl Iterator<Item = String>) -> BTreeSet<String> {
        let needs: BTreeMap<&str, &[String]> =
            self.packages.iter().map(|package| (package.id.as_str(), package.needs.as_slice())).collect();
        let (mut seen, mut open): (_, Vec<String>) = (BTreeSet::new(), roots.collect());
        while let Some(id) = open.pop() {
            if seen.insert(id.clone()) {
                open.extend(needs.get(id.as_str()).into_iter().flat_map(|needs| needs.iter().cloned()));
            }
        }
        seen
    }
}

impl Direct {
    fn read(dependency: &Value) -> Option<Self> {
        let package = text(dependency, "name")?;
        let known_as = text(dependency, "rename").unwrap_or(package).replace('-', "_");
        Some(Self { package: package.to_owned(), known_as })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn list(value: Option<&Value>) -> Result<&Vec<Value>> {
    value.and_then(Value::as_array).context("cargo metadata says something else than expected")
}

/// A list of the policy.
fn entries<'a>(policy: &'a toml::Table, section: &str, key: &str) -> Result<&'a Vec<toml::Value>> {
    let found = policy.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array);
    found.with_context(|| format!("deny.toml has no list {section}.{key}"))
}

fn licenses(metadata: &Metadata, policy: &toml::Table) -> Result<Vec<String>> {
    let allowed: BTreeSet<&str> =
        entries(policy, "licenses", "allow")?.iter().filter_map(toml::Value::as_str).collect();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some(license) = &package.license else {
            wrong.push(format!("{} {}: names no licence", package.name, package.version));
            continue;
        };
        match license::satisfied(license, &allowed) {
            Some(true) => used.extend(license::names(license)),
            Some(false) => wrong.push(format!("{} {}: {license} is not allowed", package.name, package.version)),
            None => wrong.push(format!("{} {}: {license} cannot be read", package.name, package.version)),
        }
    }
    let idle = allowed.iter().filter(|name| !used.contains(**name));
    wrong.extend(idle.map(|name| format!("licenses.allow: nothing has {name}")));
    Ok(wrong)
}

fn sources(metadata: &Metadata, policy: &toml::Table) -> Result<Vec<String>> {
    let allowed: BTreeSet<String> = entries(policy, "sources", "allow-registry")?
        .iter()
        .filter_map(toml::Value::as_str)
        .map(|url| format!("registry+{url}"))
        .collect();
    let own = |package: &Package| package.source.is_none() && package.manifest.starts_with(workspace::root());
    let strange = metadata
        .packages
        .iter()
        .filter(|package| !own(package) && !package.source.as_ref().is_some_and(|source| allowed.contains(source)));
    Ok(strange
        .map(|package| {
            let from = package.source.clone().unwrap_or_else(|| package.manifest.display().to_string());
            format!("{} {}: comes from {from}", package.name, package.version)
        })
        .collect())
}

/// An exception: `name@version`, of which the version may be shortened.
struct Exception {
    name: String,
    version: String,
}

impl Exception {
    fn read(entry: &toml::Value) -> Result<Self> {
        let of = |key: &str| entry.get(key).and_then(toml::Value::as_str).filter(|text| !text.trim().is_empty());
        let (name, version) = of("crate").and_then(|text| text.split_once('@')).context("a crate is name@version")?;
        of("reason").with_context(|| format!("deny.toml: {name} has no reason"))?;
        Ok(Self { name: name.to_owned(), version: version.to_owned() })
    }

    fn is(&self, package: &Package) -> bool {
        let rest = package.version.strip_prefix(&self.version);
        self.name == package.name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

fn duplicates(metadata: &Metadata, policy: &toml::Table) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut excepted = BTreeSet::new();
    for (key, whole_tree) in [("skip", false), ("skip-tree", true)] {
        for entry in entries(policy, "bans", key)? {
            let exception = Exception::read(entry)?;
            let found: Vec<&Package> = metadata.packages.iter().filter(|package| exception.is(package)).collect();
            if found.is_empty() {
                wrong.push(format!("bans.{key}: there is no {}@{} any more", exception.name, exception.version));
            }
            let roots = found.iter().map(|package| package.id.clone());
            excepted.extend(if whole_tree { metadata.tree(roots) } else { roots.collect() });
        }
    }
    let mut versions: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in &metadata.packages {
        versions.entry(&package.name).or_default().push(package);
    }
    for (name, all) in versions {
        if all.iter().filter(|package| !excepted.contains(&package.id)).count() > 1 {
            let all: Vec<&str> = all.iter().map(|package| package.version.as_str()).collect();
            wrong.push(format!("{name}: there are {}; `cargo tree -i {name}@…` says who asks", all.join(" and ")));
        }
    }
    Ok(wrong)
}

/// Every Rust file below, without target folders.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                rust_files(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
