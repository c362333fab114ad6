//! What is installed, and what accounts let be collected of any driver.

use bailiwick_contract::{manifest::Manifest, policy::Policy};
use bailiwick_store::Scope;
use jiff::Timestamp;
use serde_json::json;

use super::{
    DriverError, Installed,
    store::{self, DriverRow},
};
use crate::journal::{self, Object};

pub(super) fn read(row: DriverRow) -> Result<Installed, DriverError> {
    Ok(Installed {
        manifest: Manifest::from_json(&row.manifest)?,
        digest: row.digest,
        installed_at: row.installed_at.0,
        active: row.active,
        uninstalled: row.uninstalled,
    })
}

/// Every version that was ever installed, by name, newest first. One whose manifest breaks a rule that came after its
/// installation is left out and told in the log: it runs nowhere until a version that keeps the rule is installed.
///
/// # Errors
/// [`DriverError::Store`].
pub async fn all(scope: &mut Scope) -> Result<Vec<Installed>, DriverError> {
    let rows = store::all(scope).await?.into_iter();
    let readable = rows.filter_map(|row| {
        let digest = row.digest.clone();
        let read = read(row);
        if let Err(error) = &read {
            tracing::error!(digest, %error, "an installed driver breaks a rule of manifests; it is not used");
        }
        read.ok()
    });
    Ok(readable.collect())
}

/// The active version of a name.
///
/// # Errors
/// [`DriverError::NotFound`].
pub async fn named(scope: &mut Scope, name: &str) -> Result<Installed, DriverError> {
    read(store::active(scope, name).await?.ok_or(DriverError::NotFound)?)
}

/// The version whose component has this SHA-256, also one that was uninstalled.
///
/// # Errors
/// [`DriverError::NotFound`].
pub async fn by_digest(scope: &mut Scope, digest: &str) -> Result<Installed, DriverError> {
    read(store::by_digest(scope, digest).await?.ok_or(DriverError::NotFound)?)
}

/// A component's bytes, by its digest.
///
/// # Errors
/// [`DriverError::NotFound`], also for one that was uninstalled.
pub async fn component(scope: &mut Scope, digest: &str) -> Result<Vec<u8>, DriverError> {
    store::component(scope, digest).await?.ok_or(DriverError::NotFound)
}

/// What the bound account lets be collected; the built-in policy where it never chose.
///
/// # Errors
/// [`DriverError::Store`], [`DriverError::Damaged`].
pub async fn policy(scope: &mut Scope) -> Result<Policy, DriverError> {
    match store::policy(scope).await? {
        None => Ok(Policy::default()),
        Some(value) => serde_json::from_value(value).map_err(|e| DriverError::Damaged("policy", e)),
    }
}

/// Sets what the bound account lets be collected.
///
/// # Errors
/// [`DriverError::Store`].
pub async fn set_policy(scope: &mut Scope, policy: &Policy, now: Timestamp) -> Result<(), DriverError> {
    let before = json!(self::policy(scope).await?);
    let value = serde_json::to_value(policy).map_err(|e| DriverError::Damaged("policy", e))?;
    store::put_policy(scope, &value, now).await?;
    let account = scope.account();
    journal::record(scope, "policy.changed", Object::of("account", account), Some(before), Some(value)).await?;
    Ok(())
}
