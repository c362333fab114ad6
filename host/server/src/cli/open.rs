//! Opens the data folder and the database, for every command that needs them.

use std::{os::unix::fs::DirBuilderExt as _, path::Path};

use anyhow::Context as _;
use bailiwick_egress::{Egress, Settings, address::PrivateNetworks, read_authorities};
use bailiwick_store::{Database, Store, StoreConfig};
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

/// The database as it is configured.
pub(super) async fn store(config: &Config) -> anyhow::Result<Store> {
    let database = match &config.database_url {
        Some(url) => Database::Url(url.clone()),
        None => Database::Embedded { data_dir: data_dir(config)?.to_owned() },
    };
    let settings = StoreConfig { app_connections: config.database_connections, ..StoreConfig::new(database) };
    Store::open(settings).await.map_err(|error| {
        let setting = if config.database_url.is_some() { "database_url" } else { "data_dir" };
        anyhow::Error::new(error).context(format!("{setting}: the database cannot be opened"))
    })
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
