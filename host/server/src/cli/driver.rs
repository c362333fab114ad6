//! `bailiwick driver`: for those who write drivers and those who install them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bailiwick_contract::{
    consent::Shape,
    statement::{Statement, Why},
};
use bailiwick_devices::drivers::{self, Arrival, DriverError, Grants, Installation};
use bailiwick_runtime::{Runtime, RuntimeConfig, inspect};
use bailiwick_store::{AccountId, Actor, Store};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{block, driver_new, open};
use crate::config::{Config, ConfigError};

/// Starts, builds, inspects, verifies, installs, uninstalls and lists drivers.
#[derive(Debug, Subcommand)]
pub(super) enum Driver {
    /// Writes a driver's project, with the SDK beside it: it builds without a checkout of the platform.
    New(driver_new::New),
    /// Builds a driver's folder into one component file.
    Build(Build),
    /// Shows what a driver asks for and may collect, without running any of it.
    Inspect(File),
    /// Checks a driver wholly: manifest, imports, and that it compiles.
    Verify(File),
    /// Verifies a driver and installs it on this server; accounts then grant it.
    Install(Install),
    /// Takes a driver out of use. What it collected stays with each account; collectors stop running it.
    Uninstall(Uninstall),
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

#[derive(Debug, Args)]
pub(super) struct Install {
    #[command(flatten)]
    file: File,
    /// Installs it also where its version is below the one that is installed.
    #[arg(long)]
    rollback: bool,
}

#[derive(Debug, Args)]
pub(super) struct Uninstall {
    /// The driver's name.
    name: String,
    /// Ends the grants of all accounts; each account's audit tells it. Without this a driver that is granted stays.
    #[arg(long)]
    end_grants: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Driver, settings: impl FnOnce() -> Result<Config, ConfigError>) -> anyhow::Result<()> {
    match command {
        Driver::New(new) => driver_new::run(&new),
        Driver::Build(build) => self::build(&build),
        Driver::Inspect(file) => show(&file),
        Driver::Verify(file) => block(verify(&file)),
        Driver::Install(file) => block(install(&file, settings()?)),
        Driver::Uninstall(uninstall) => block(self::uninstall(&uninstall, settings()?)),
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
    let statement = Statement::at_most(&manifest);
    if file.json {
        let shown = json!({ "digest": digest, "manifest": manifest, "statement": statement });
        println!("{}", serde_json::to_string_pretty(&shown)?);
        return Ok(());
    }
    let driver = &manifest.driver;
    println!("{} {}  {}", driver.name, driver.version, driver.title.en);
    println!("contract {}  sha256 {digest}", driver.contract);
    for asked in &statement.asks {
        println!("asks     {} {}", asked.kind, asked.what.as_deref().unwrap_or_default());
    }
    for item in &statement.items {
        let title = item.title.as_ref().map_or(item.key.as_str(), |title| title.en.as_str());
        let basic = if item.basic { "  (basic)" } else { "" };
        println!("collects {:<14} {:<28} {}  {title}{basic}", item.category.name(), item.name, bounds(&item.shape));
    }
    for never in &statement.never {
        let why = match never.why {
            Why::Protocol => "the protocol does not carry it, says the author",
            Why::Undeclared => "nothing of it is declared",
        };
        println!("never    {:<14} {why}", never.category.name());
    }
    Ok(())
}

/// A type with its bounds, in one line.
fn bounds(shape: &Shape) -> String {
    let name = shape.name();
    match shape {
        Shape::Flag | Shape::Version | Shape::Time => name.to_owned(),
        Shape::Integer { min, max } => format!("{name} {min} to {max}"),
        Shape::Real { min, max } => format!("{name} {min} to {max}"),
        Shape::Meter { min, max, table, .. } => format!("{name} {min} to {max}{}", of_rows(table.as_deref())),
        Shape::Condition { table } => format!("{name}{}", of_rows(table.as_deref())),
        Shape::Enum { values } => {
            format!("{name} {}", values.iter().map(String::as_str).collect::<Vec<_>>().join(" | "))
        }
        Shape::Pattern { pattern } | Shape::Identity { pattern } | Shape::RowKey { pattern, .. } => {
            format!("{name} {pattern}")
        }
        Shape::Text { max } => format!("{name} of at most {max} characters"),
        Shape::State { max_bytes, retention_days } => {
            format!("{name} of at most {max_bytes} bytes for {retention_days} days")
        }
    }
}

fn of_rows(table: Option<&str>) -> String {
    table.map(|table| format!(" for each row of {table}")).unwrap_or_default()
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

async fn install(install: &Install, config: Config) -> anyhow::Result<()> {
    let component = read(&install.file.driver)?;
    let driver = crate::drivers::verify(&runtime()?, &component).await?;
    let store = open::store_beside(&config).await?;
    let installed = put(&store, &driver, &component, install.rollback).await;
    store.close().await;
    let Installation { component, followed, asked } = installed?;
    let known = component == Arrival::Known;
    let manifest = driver.manifest();
    if install.file.json {
        println!(
            "{}",
            json!({ "name": manifest.driver.name, "version": manifest.driver.version,
            "digest": driver.digest(), "known": known, "followed": followed, "asked": asked })
        );
    } else {
        let known = if known { " again" } else { "" };
        println!("{} {} is installed{known}; accounts may grant it now", manifest.driver.name, manifest.driver.version);
        if followed > 0 {
            println!("accounts that use it from now on, since it asks for no more than they granted: {followed}");
        }
        if asked > 0 {
            println!("accounts that keep the version that they have until they consent: {asked}");
        }
    }
    Ok(())
}

async fn put(
    store: &Store,
    driver: &bailiwick_runtime::Driver,
    component: &[u8],
    rollback: bool,
) -> anyhow::Result<Installation> {
    let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
    let (manifest, digest, now) = (driver.manifest(), driver.digest(), store.now());
    let done = if rollback {
        drivers::roll_back(&mut scope, manifest, digest, component, now).await?
    } else {
        drivers::install(&mut scope, manifest, digest, component, now).await?
    };
    scope.commit().await?;
    Ok(done)
}

async fn uninstall(uninstall: &Uninstall, config: Config) -> anyhow::Result<()> {
    let grants = if uninstall.end_grants { Grants::End } else { Grants::Respect };
    let store = open::store_beside(&config).await?;
    let ended = take_out(&store, &uninstall.name, grants).await;
    store.close().await;
    let ended = match ended {
        Err(DriverError::InUse(accounts)) => {
            anyhow::bail!("{accounts} accounts grant {}; --end-grants ends their grants", uninstall.name)
        }
        other => other?,
    };
    if uninstall.json {
        println!("{}", json!({ "name": uninstall.name, "grants_ended": ended }));
    } else {
        println!("{} is uninstalled; grants that ended: {ended}; what it collected stays", uninstall.name);
    }
    Ok(())
}

async fn take_out(store: &Store, name: &str, grants: Grants) -> Result<usize, DriverError> {
    let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
    let ended = drivers::uninstall(&mut scope, name, grants, store.now()).await?;
    scope.commit().await?;
    Ok(ended)
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
                "installed_at": d.installed_at, "active": d.active, "uninstalled": d.uninstalled })
            })
            .collect();
        println!("{}", serde_json::Value::Array(rows));
        return Ok(());
    }
    for driver in all {
        let state = match (driver.active, driver.uninstalled) {
            (true, _) => "offered",
            (false, false) => "former",
            (false, true) => "uninstalled",
        };
        println!("{} {} {state} {}", driver.name(), driver.manifest.driver.version, driver.digest);
    }
    Ok(())
}
