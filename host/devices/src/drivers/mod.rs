//! Installed drivers, what an account grants each, and what its policy allows.
//!
//! A driver is installed once for the platform, by the platform; the database refuses it from any other
//! scope. Its manifest is kept as JSON beside the component, so that deciding what a driver may do never
//! reads a component.

mod catalogue;
mod service;
mod store;

use std::sync::Arc;

use bailiwick_contract::{
    manifest::{Manifest, ManifestError},
    policy::Grant,
};
use bailiwick_store::StoreError;
use jiff::Timestamp;

pub use catalogue::Catalogue;
pub use service::{all, component, grant, granted_within, grants, install, named, policy, revoke_grant, set_policy};

/// A driver as installed.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// SHA-256 of its component, lower-case hexadecimal.
    pub digest: String,
    /// What it declares.
    pub manifest: Manifest,
    /// When.
    pub installed_at: Timestamp,
    /// Whether it is the version that is assigned now.
    pub active: bool,
}

impl Installed {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.driver.name
    }
}

/// What an account lets a driver do.
#[derive(Debug, Clone, PartialEq)]
pub struct Granted {
    /// The driver's name.
    pub driver: String,
    /// What it may do.
    pub grant: Grant,
    /// Since when.
    pub granted_at: Timestamp,
}

/// What came of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// It is new and active now; a former version of the name stays, inactive.
    Added,
    /// This very component had been installed before; it is active now.
    Known,
}

/// What can go wrong with drivers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// No such driver.
    #[error("there is no such driver")]
    NotFound,
    /// Only the platform installs drivers.
    #[error("drivers are installed by the platform account only")]
    PlatformOnly,
    /// The given digest is not the component's.
    #[error("the component's digest is not {0}")]
    Digest(String),
    /// A grant holds what the manifest does not declare.
    #[error("the driver does not declare what is to be granted: {}", .0.join(", "))]
    NotDeclared(Vec<String>),
    /// A stored manifest is not whole by the rules of today.
    #[error("a stored manifest is not whole")]
    Manifest(#[from] ManifestError),
    /// What the database holds does not parse: a grant or policy of a newer version.
    #[error("a stored {0} does not parse")]
    Damaged(&'static str, #[source] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A manifest by its digest, shared.
pub type Shared = Arc<Installed>;
