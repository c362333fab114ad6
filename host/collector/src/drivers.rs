//! Components of drivers: fetched by digest, verified, kept on disk, loaded into the sandbox.
//!
//! What runs is what the server assigned by SHA-256; a file that was changed on disk or under way is
//! refused and fetched anew.

use std::{collections::BTreeMap, fs, io};

use bailiwick_contract::{exchange::Ownership, policy::Permitted, report::AssignedDriver};
use bailiwick_runtime::{Driver, LoadError, Runtime};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{ClientError, CollectorClient},
    delivery::{DeliveryError, blocking},
    state::{DataDir, StateError},
};

/// Why an assigned driver cannot run.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The assignment's digest is none.
    #[error("'{0}' is not a SHA-256 digest in lower-case hexadecimal")]
    Digest(String),
    /// The bytes are not those assigned.
    #[error("the component of {name} has the digest {found}, not {assigned}; it is not run")]
    Mismatch {
        /// The driver.
        name: String,
        /// What was assigned.
        assigned: String,
        /// What came.
        found: String,
    },
    /// Its manifest says that it is another driver.
    #[error("the component assigned as {assigned} calls itself {found}; it is not run")]
    Name {
        /// What was assigned.
        assigned: String,
        /// What its manifest says.
        found: String,
    },
    /// The sandbox does not take it.
    #[error("the driver {name} cannot be loaded")]
    Load {
        /// The driver.
        name: String,
        /// Why.
        #[source]
        source: LoadError,
    },
    /// The server, or the way to it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The process is stopping.
    #[error("the collector is stopping")]
    Stopping,
}

impl From<DeliveryError> for DriverError {
    fn from(_: DeliveryError) -> Self {
        Self::Stopping
    }
}

/// A driver that is ready, with what it may do here.
#[derive(Clone)]
pub struct ReadyDriver {
    /// The sandboxed driver.
    pub driver: Driver,
    /// Manifest ∩ grant ∩ policy; polled devices are the company's.
    pub permitted: Permitted,
}

/// The drivers of the last assignment.
pub struct Drivers {
    runtime: Runtime,
    folder: DataDir,
    loaded: BTreeMap<String, Driver>,
}

impl Drivers {
    /// With nothing loaded yet.
    #[must_use]
    pub fn new(runtime: Runtime, folder: DataDir) -> Self {
        Self { runtime, folder, loaded: BTreeMap::new() }
    }

    /// Makes one assigned driver ready.
    ///
    /// # Errors
    /// [`DriverError`].
    pub async fn ready(
        &mut self,
        client: &CollectorClient,
        assigned: &AssignedDriver,
    ) -> Result<ReadyDriver, DriverError> {
        let driver = match self.loaded.get(&assigned.digest) {
            Some(driver) => driver.clone(),
            None => {
                let component = self.component(client, assigned).await?;
                let load = |source| DriverError::Load { name: assigned.name.clone(), source };
                let driver = self.runtime.load(&component).await.map_err(load)?;
                if driver.manifest().driver.name != assigned.name {
                    let found = driver.manifest().driver.name.clone();
                    return Err(DriverError::Name { assigned: assigned.name.clone(), found });
                }
                self.loaded.insert(assigned.digest.clone(), driver.clone());
                driver
            }
        };
        let permitted = Permitted::new(driver.manifest(), &assigned.grant, &assigned.policy, Ownership::Company);
        Ok(ReadyDriver { driver, permitted })
    }

    /// Forgets drivers that are not assigned any more, in memory and on disk.
    ///
    /// # Errors
    /// [`DriverError::State`].
    pub fn keep_only(&mut self, assigned: &[AssignedDriver]) -> Result<(), DriverError> {
        let wanted = |digest: &str| assigned.iter().any(|a| a.digest == digest);
        self.loaded.retain(|digest, _| wanted(digest));
        let folder = self.folder.path("drivers");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(StateError::Io { path: folder, source }.into()),
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_str().and_then(|n| n.strip_suffix(".wasm")).is_some_and(|digest| !wanted(digest)) {
                fs::remove_file(entry.path()).map_err(|source| StateError::Io { path: entry.path(), source })?;
            }
        }
        Ok(())
    }

    async fn component(&self, client: &CollectorClient, assigned: &AssignedDriver) -> Result<Vec<u8>, DriverError> {
        let digest = &assigned.digest;
        if digest.len() != 64 || !digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(DriverError::Digest(digest.chars().take(80).collect()));
        }
        let name = format!("drivers/{digest}.wasm");
        let path = self.folder.path(&name);
        if let Ok(bytes) = blocking(move || fs::read(path)).await?
            && sha256(&bytes) == *digest
        {
            return Ok(bytes);
        }
        let bytes = client.component(digest).await?;
        let found = sha256(&bytes);
        if found != *digest {
            return Err(DriverError::Mismatch { name: assigned.name.clone(), assigned: digest.clone(), found });
        }
        let folder = self.folder.clone();
        Ok(blocking(move || folder.write(&name, &bytes).map(|()| bytes)).await??)
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
