//! Opens the data folder and the database, for every command that needs them.

use std::{os::unix::fs::DirBuilderExt as _, path::Path};

use anyhow::Context as _;
use bailiwick_audit::SealKey;
use bailiwick_devices::seal::SealingKey;
use bailiwick_egress::{Egress, Settings, address::PrivateNetworks, read_authorities};
use bailiwick_store::{Database, Store, StoreConfig, StoreError, keys::KeyKind};
use prometheus::Registry;

use crate::config::Config;

/// The data folder, private to this server; made where it is missing.
pub(super) fn data_dir(config: &Config) -> anyhow::Result<&Path> {
    let path = config.data_dir.as_path();
    if !path.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(0o711).create(path).with_context(|| {
            format!(
                "data_dir: {} cannot be made; create it, or set BAILIWICK_DATA_DIR to a folder of this user",
                path.display()
            )
        })?;
    }
    Ok(path)
}

/// The database as it is configured, for this process to serve from.
pub(super) async fn store(config: &Config) -> anyhow::Result<Store> {
    opened(config, Store::open(settings(config)?).await)
}

/// The database as it is configured, for a command: also while a server runs on it.
pub(super) async fn store_beside(config: &Config) -> anyhow::Result<Store> {
    opened(config, Store::open_beside(settings(config)?).await)
}

fn settings(config: &Config) -> anyhow::Result<StoreConfig> {
    let database = match &config.database {
        Some(address) => Database::External(address.clone()),
        None => Database::Embedded { data_dir: data_dir(config)?.to_owned() },
    };
    Ok(StoreConfig { app_connections: config.database_connections, ..StoreConfig::new(database) })
}

fn opened(config: &Config, store: Result<Store, StoreError>) -> anyhow::Result<Store> {
    store.map_err(|error| {
        let setting = if config.database.is_some() { "database_url" } else { "data_dir" };
        anyhow::Error::new(error).context(format!("{setting}: the database cannot be opened"))
    })
}

/// The key that seals stored secrets, as it belongs to the database.
pub(super) async fn sealing_key(config: &Config, store: &Store) -> anyhow::Result<SealingKey> {
    let secret = store.key(KeyKind::Sealing, &config.sealing_key).await;
    Ok(SealingKey::new(secret.context("sealing_key: the key that seals stored secrets cannot be used")?.bytes())?)
}

/// The key that signs the audit, as it belongs to the database.
pub(super) async fn audit_key(config: &Config, store: &Store) -> anyhow::Result<SealKey> {
    let secret = store.key(KeyKind::Audit, &config.audit_key).await;
    Ok(SealKey::of(&secret.context("audit_key: the key that signs the audit cannot be used")?))
}

/// The way out as it is configured.
pub(super) fn egress(config: &Config, store: &Store, registry: &Registry) -> anyhow::Result<Egress> {
    let authorities = match &config.outbound.authorities {
        Some(path) => read_authorities(path).context("egress_ca")?,
        None => Vec::new(),
    };
    let settings = Settings {
        platform: config.outbound.hosts.clone(),
        private_networks: PrivateNetworks::new(config.outbound.private_networks.clone()),
        authorities,
        ..Settings::default()
    };
    Ok(Egress::new(settings, store.clone(), registry)?)
}
