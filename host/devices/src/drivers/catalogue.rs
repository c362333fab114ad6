//! Installed manifests, kept in memory: every report is judged by one, and they hardly ever change.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use bailiwick_store::{AccountId, Actor, Scope, Store};

use super::{DriverError, Installed, service};

#[derive(Debug, Default)]
struct Held {
    by_digest: HashMap<String, Arc<Installed>>,
    active: HashMap<String, Arc<Installed>>,
    /// Every version of a name: the active one first, then the newest.
    versions: HashMap<String, Vec<Arc<Installed>>>,
}

/// All installed drivers. Cheap to clone; all clones see a reload.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    held: Arc<ArcSwap<Held>>,
}

impl Catalogue {
    /// Reads what is installed.
    ///
    /// # Errors
    /// [`DriverError`] where the database cannot be read.
    pub async fn open(store: &Store) -> Result<Self, DriverError> {
        let catalogue = Self::default();
        catalogue.reload(store).await?;
        Ok(catalogue)
    }

    /// Reads again: after an installation, and when a digest is not known.
    ///
    /// # Errors
    /// [`DriverError`]; what was known stays.
    pub async fn reload(&self, store: &Store) -> Result<(), DriverError> {
        let mut scope = store.scope(&Actor::system("catalogue"), AccountId::ROOT).await?;
        self.reload_in(&mut scope).await
    }

    /// As [`Self::reload`], in a scope that is open; any sees what is installed.
    ///
    /// # Errors
    /// [`DriverError`]; what was known stays.
    pub async fn reload_in(&self, scope: &mut Scope) -> Result<(), DriverError> {
        self.hold(service::all(scope).await?);
        Ok(())
    }

    /// Holds these drivers and no others.
    pub fn hold(&self, drivers: Vec<Installed>) {
        let mut held = Held::default();
        for driver in drivers.into_iter().map(Arc::new) {
            if driver.active {
                held.active.insert(driver.name().to_owned(), Arc::clone(&driver));
            }
            let versions = held.versions.entry(driver.name().to_owned()).or_default();
            // they come newest first
            let place = if driver.active { 0 } else { versions.len() };
            versions.insert(place, Arc::clone(&driver));
            held.by_digest.insert(driver.digest.clone(), driver);
        }
        self.held.store(Arc::new(held));
    }

    /// The driver whose component has this SHA-256.
    #[must_use]
    pub fn by_digest(&self, digest: &str) -> Option<Arc<Installed>> {
        self.held.load().by_digest.get(digest).cloned()
    }

    /// The version of this name that accounts are offered now.
    #[must_use]
    pub fn active(&self, name: &str) -> Option<Arc<Installed>> {
        self.held.load().active.get(name).cloned()
    }

    /// Every version of a name that was ever installed: the active one first, then the newest. For titles of what was
    /// collected by a version that is not in use any more, or by one that an account keeps.
    #[must_use]
    pub fn versions(&self, name: &str) -> Vec<Arc<Installed>> {
        self.held.load().versions.get(name).cloned().unwrap_or_default()
    }

    /// All versions of all names, active ones first.
    #[must_use]
    pub fn all_versions(&self) -> Vec<Arc<Installed>> {
        let mut drivers: Vec<_> = self.held.load().by_digest.values().cloned().collect();
        drivers.sort_by(|a, b| (!a.active, a.name(), b.installed_at).cmp(&(!b.active, b.name(), a.installed_at)));
        drivers
    }

    /// Every active driver, by name.
    #[must_use]
    pub fn all_active(&self) -> Vec<Arc<Installed>> {
        let mut drivers: Vec<_> = self.held.load().active.values().cloned().collect();
        drivers.sort_by(|a, b| a.name().cmp(b.name()));
        drivers
    }
}
