//! Installed drivers, what an account grants each, and what its policy allows.
//!
//! A driver is installed once for the platform, by the platform; the database refuses it from any other
//! scope. Its manifest is kept as JSON beside the component, so that deciding what a driver may do never
//! reads a component.
//!
//! A grant holds for what the manifest asked and kept when it was given ([`Demands`]). Each account has the version in
//! use that it consented to: an installation moves on only those accounts for which the new version asks for no more
//! ([`install`]), and the others keep theirs until they grant the new one ([`grant_version`]). ADR 32 says why.

mod catalogue;
mod grants;
mod install;
mod service;
mod store;

use std::sync::Arc;

use bailiwick_contract::{
    consent::{Beyond, Demands},
    manifest::{Manifest, ManifestError},
    policy::Grant,
};
use bailiwick_store::{AccountId, StoreError};
use jiff::Timestamp;

pub use catalogue::Catalogue;
pub use grants::{
    MOST_AT_ONCE, consented, grant, grant_each, grant_version, granted, granted_within, grants, offer, revoke_grant,
};
pub use install::{install, roll_back, uninstall};
pub use service::{all, by_digest, component, named, policy, set_policy};

/// A driver as installed.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// SHA-256 of its component, lower-case hexadecimal.
    pub digest: String,
    /// What it declares.
    pub manifest: Manifest,
    /// When.
    pub installed_at: Timestamp,
    /// Whether it is the version that accounts are offered now.
    pub active: bool,
    /// Whether it was uninstalled: it works nowhere, and its manifest tells what is left of it.
    pub uninstalled: bool,
}

impl Installed {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.driver.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.manifest.driver.version
    }

    /// All that it asks and keeps.
    #[must_use]
    pub fn demands(&self) -> Demands {
        Demands::of(&self.manifest)
    }
}

/// What an account lets a driver do.
#[derive(Debug, Clone, PartialEq)]
pub struct Granted {
    /// The driver's name.
    pub driver: String,
    /// SHA-256 of the component that works at this account.
    pub digest: String,
    /// What it may do.
    pub grant: Grant,
    /// Since when.
    pub granted_at: Timestamp,
}

/// A version that waits for an account's consent.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The version.
    pub version: Arc<Installed>,
    /// In what it asks for more than was consented to.
    pub beyond: Vec<Beyond>,
}

/// What came of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// Whether the component was there before.
    pub component: Arrival,
    /// Accounts at which it works from now on, since it asks for no more than they consented to.
    pub followed: usize,
    /// Accounts that keep the version that they have, and are asked.
    pub asked: usize,
}

/// Whether a component is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is; a former version of the name stays where it is in use.
    Added,
    /// This very component had been installed before.
    Known,
}

/// What becomes of the grants of a driver that is uninstalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grants {
    /// It is not uninstalled while any account grants it.
    Respect,
    /// They end, and each account's audit tells it.
    End,
}

/// What can go wrong with drivers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// No such driver.
    #[error("there is no such driver")]
    NotFound,
    /// No such account in this scope, or one on which the caller may not do this.
    #[error("there is no such account: {0}")]
    NoAccount(AccountId),
    /// More accounts than [`MOST_AT_ONCE`].
    #[error("at most {MOST_AT_ONCE} accounts at once")]
    TooMany,
    /// Only the platform installs drivers.
    #[error("drivers are installed by the platform account only")]
    PlatformOnly,
    /// The given digest is not the component's.
    #[error("the component's digest is not {0}")]
    Digest(String),
    /// Versions only rise, unless a rollback is ordered.
    #[error("version {given} is not above version {active}, which is installed; order a rollback if it is meant")]
    Downgrade {
        /// The version that was to be installed.
        given: String,
        /// The one that is.
        active: String,
    },
    /// Another component has this name and version.
    #[error("another component was installed as {name} {version}; give yours a version of its own")]
    VersionTaken {
        /// The driver.
        name: String,
        /// The version.
        version: String,
    },
    /// Accounts grant it.
    #[error("{0} accounts grant this driver")]
    InUse(i64),
    /// The version is neither the one in use at the account nor the one offered to it.
    #[error("this version is not offered to the account any more")]
    NotOffered,
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
