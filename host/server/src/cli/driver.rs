//! `bailiwick driver`: for those who write drivers and those who install them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bailiwick_contract::manifest::Manifest;
use bailiwick_devices::drivers::{self, Installation};
use bailiwick_runtime::{Runtime, RuntimeConfig, inspect};
use bailiwick_store::{AccountId, Actor, Store};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{block, open};
use crate::config::{Config, ConfigError};

/// Builds, inspects, verifies, installs and lists drivers.
#[derive(Debug, Subcommand)]
pub(super) enum Driver {
    /// Builds a driver's folder into one component file.
    Build(Build),
    /// Shows what a driver asks for and may collect, without running any of it.
    Inspect(File),
    /// Checks a driver wholly: manifest, imports, and that it compiles.
    Verify(File),
    /// Verifies a driver and installs it on this server; accounts then grant it.
    Install(File),
    /// Lists installed drivers.
    List {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Build {
    /// The driver's folder, with Cargo.toml and driver.toml.
    folder: PathBuf,
    /// Where the component goes; `<name>.wasm` in this folder where absent.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Where compiled parts are kept between builds.
    #[arg(long, env = "CARGO_TARGET_DIR", default_value = "target")]
    target_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct File {
    /// A driver's folder, which is built first, or its component file.
    driver: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Driver, settings: impl FnOnce() -> Result<Config, ConfigError>) -> anyhow::Result<()> {
    match command {
        Driver::Build(build) => self::build(&build),
        Driver::Inspect(file) => show(&file),
        Driver::Verify(file) => block(verify(&file)),
        Driver::Install(file) => block(install(&file, settings()?)),
        Driver::List { json } => block(list(settings()?, json)),
    }
}

fn build(build: &Build) -> anyhow::Result<()> {
    let component = bailiwick_package::build(&build.folder, &build.target_dir)?;
    let (manifest, digest) = inspect(&component)?;
    let output = build.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.wasm", manifest.driver.name)));
    std::fs::write(&output, &component).with_context(|| format!("{} cannot be written", output.display()))?;
    println!("{} {} {} ({} bytes)", output.display(), manifest.driver.version, digest, component.len());
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.is_dir() {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
        return Ok(bailiwick_package::build(path, &target)?);
    }
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn show(file: &File) -> anyhow::Result<()> {
    let (manifest, digest) = inspect(&read(&file.driver)?)?;
    if file.json {
        println!("{}", serde_json::to_string_pretty(&json!({ "digest": digest, "manifest": manifest }))?);
        return Ok(());
    }
    let driver = &manifest.driver;
    println!("{} {}  {}", driver.name, driver.version, driver.title.en);
    println!("contract {}  sha256 {digest}", driver.contract);
    for prefix in &manifest.asks.snmp {
        println!("asks     snmp {prefix}");
    }
    for host in &manifest.asks.http {
        println!("asks     https {host}");
    }
    collected(&manifest);
    Ok(())
}

fn collected(manifest: &Manifest) {
    for attribute in &manifest.attributes {
        println!("collects {:<14} {}  {}", attribute.category.name(), attribute.key, attribute.title.en);
    }
    for table in &manifest.tables {
        for column in &table.columns {
            println!("collects {:<14} {}.{}  {}", column.category.name(), table.key, column.key, column.title.en);
        }
    }
    for meter in &manifest.meters {
        println!(
            "counts   {:<14} {} ({})  {}",
            meter.category.name(),
            meter.key,
            meter.unit.locale("en"),
            meter.title.en
        );
    }
    for condition in &manifest.conditions {
        println!("raises   {:<14} {}  {}", condition.category.name(), condition.key, condition.title.en);
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    Ok(Runtime::new(RuntimeConfig { threads: 1, instances: 1, ..RuntimeConfig::default() })?)
}

async fn verify(file: &File) -> anyhow::Result<()> {
    let driver = crate::drivers::verify(&runtime()?, &read(&file.driver)?).await?;
    let manifest = driver.manifest();
    if file.json {
        println!(
            "{}",
            json!({ "name": manifest.driver.name, "version": manifest.driver.version, "digest": driver.digest() })
        );
    } else {
        println!(
            "{} {} is a driver for contract {}",
            manifest.driver.name, manifest.driver.version, manifest.driver.contract
        );
    }
    Ok(())
}

async fn install(file: &File, config: Config) -> anyhow::Result<()> {
    let component = read(&file.driver)?;
    let driver = crate::drivers::verify(&runtime()?, &component).await?;
    let store = open::store_beside(&config).await?;
    let installed = put(&store, &driver, &component).await;
    store.close().await;
    let known = matches!(installed?, Installation::Known);
    let manifest = driver.manifest();
    if file.json {
        println!(
            "{}",
            json!({ "name": manifest.driver.name, "version": manifest.driver.version,
            "digest": driver.digest(), "known": known })
        );
    } else {
        let known = if known { " again" } else { "" };
        println!("{} {} is installed{known}; accounts may grant it now", manifest.driver.name, manifest.driver.version);
    }
    Ok(())
}

async fn put(store: &Store, driver: &bailiwick_runtime::Driver, component: &[u8]) -> anyhow::Result<Installation> {
    let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
    let done = drivers::install(&mut scope, driver.manifest(), driver.digest(), component, store.now()).await?;
    scope.commit().await?;
    Ok(done)
}

async fn list(config: Config, as_json: bool) -> anyhow::Result<()> {
    let store = open::store_beside(&config).await?;
    let all = async {
        let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
        drivers::all(&mut scope).await
    };
    let all: Result<Vec<drivers::Installed>, drivers::DriverError> = all.await;
    store.close().await;
    let all = all?;
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|d| {
                json!({ "name": d.name(), "version": d.manifest.driver.version, "digest": d.digest,
                "installed_at": d.installed_at, "active": d.active })
            })
            .collect();
        println!("{}", serde_json::Value::Array(rows));
        return Ok(());
    }
    for driver in all {
        let state = if driver.active { "in use" } else { "former" };
        println!("{} {} {state} {}", driver.name(), driver.manifest.driver.version, driver.digest);
    }
    Ok(())
}
