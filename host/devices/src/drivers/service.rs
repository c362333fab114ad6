//! What callers do with drivers.

use bailiwick_contract::{
    manifest::Manifest,
    policy::{Grant, Policy},
};
use bailiwick_store::{AccountId, Scope};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    DriverError, Granted, Installation, Installed,
    store::{self, DriverRow, NewDriver},
};
use crate::journal::{self, Object};

fn read(row: DriverRow) -> Result<Installed, DriverError> {
    Ok(Installed {
        manifest: Manifest::from_json(&row.manifest)?,
        digest: row.digest,
        installed_at: row.installed_at.0,
        active: row.active,
    })
}

/// Every installed version, by name, newest first. One whose manifest breaks a rule that came after its installation is
/// left out and told in the log: it runs nowhere until a version that keeps the rule is installed.
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

/// A component's bytes, by its digest.
///
/// # Errors
/// [`DriverError::NotFound`].
pub async fn component(scope: &mut Scope, digest: &str) -> Result<Vec<u8>, DriverError> {
    store::component(scope, digest).await?.ok_or(DriverError::NotFound)
}

/// Installs a component that was verified (its manifest read from it, and it compiled), and makes it the active
/// version of its name. The scope is the platform's.
///
/// # Errors
/// [`DriverError::PlatformOnly`], or [`DriverError::Digest`] where `digest` is not the component's SHA-256.
pub async fn install(
    scope: &mut Scope,
    manifest: &Manifest,
    digest: &str,
    component: &[u8],
    now: Timestamp,
) -> Result<Installation, DriverError> {
    if scope.account() != AccountId::ROOT {
        return Err(DriverError::PlatformOnly);
    }
    if hex::encode(Sha256::digest(component)) != digest {
        return Err(DriverError::Digest(digest.to_owned()));
    }
    let (name, version) = (&manifest.driver.name, &manifest.driver.version);
    store::deactivate(scope, name).await?;
    let known = store::activate(scope, digest).await?;
    if !known {
        let text = serde_json::to_string(manifest).map_err(|e| DriverError::Damaged("manifest", e))?;
        let driver = NewDriver { digest, name, version, manifest: &text, component, at: now };
        store::insert(scope, driver).await?;
    }
    let after = json!({ "version": version, "digest": digest });
    journal::record(scope, "driver.installed", Object::of("driver", name).named(name), None, Some(after)).await?;
    Ok(if known { Installation::Known } else { Installation::Added })
}

/// What the bound account grants.
///
/// # Errors
/// [`DriverError::Store`], [`DriverError::Damaged`].
pub async fn grants(scope: &mut Scope) -> Result<Vec<Granted>, DriverError> {
    let rows = store::grants(scope).await?;
    rows.into_iter()
        .map(|(driver, granted, at)| {
            let grant = serde_json::from_value(granted).map_err(|e| DriverError::Damaged("grant", e))?;
            Ok(Granted { driver, grant, granted_at: at.0 })
        })
        .collect()
}

/// The drivers that any account within the scope grants something, by name.
///
/// # Errors
/// [`DriverError::Store`].
pub async fn granted_within(scope: &mut Scope) -> Result<Vec<String>, DriverError> {
    Ok(store::granted_within(scope).await?)
}

/// Lets a driver do this for the bound account; replaces what it was let do before.
///
/// # Errors
/// [`DriverError::NotFound`] where it is not installed, [`DriverError::NotDeclared`] for what its manifest lacks.
pub async fn grant(scope: &mut Scope, driver: &str, grant: &Grant, now: Timestamp) -> Result<(), DriverError> {
    let installed = named(scope, driver).await?;
    let beyond = beyond(grant, &Grant::all_of(&installed.manifest));
    if !beyond.is_empty() {
        return Err(DriverError::NotDeclared(beyond));
    }
    let before = grants(scope).await?.into_iter().find(|g| g.driver == driver).map(|g| json!(g.grant));
    let value = serde_json::to_value(grant).map_err(|e| DriverError::Damaged("grant", e))?;
    store::put_grant(scope, driver, &value, now).await?;
    journal::record(scope, "driver.granted", Object::of("driver", driver).named(driver), before, Some(value)).await?;
    Ok(())
}

/// What `grant` holds and `declared` does not.
fn beyond(grant: &Grant, declared: &Grant) -> Vec<String> {
    let categories = grant.categories.difference(&declared.categories).map(|c| c.name().to_owned());
    let texts = grant.texts.difference(&declared.texts).cloned();
    let asks = grant.asks.difference(&declared.asks).cloned();
    categories.chain(texts).chain(asks).collect()
}

/// Takes back what the bound account granted a driver.
///
/// # Errors
/// [`DriverError::NotFound`] where nothing was granted.
pub async fn revoke_grant(scope: &mut Scope, driver: &str) -> Result<(), DriverError> {
    if !store::delete_grant(scope, driver).await? {
        return Err(DriverError::NotFound);
    }
    journal::record(scope, "driver.grant_revoked", Object::of("driver", driver).named(driver), None, None).await?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use bailiwick_contract::policy::Category;

    use super::*;

    #[test]
    fn what_is_granted_beyond_the_manifest_is_named() {
        let declared =
            Grant { categories: [Category::Device].into(), texts: [].into(), asks: ["snmp_get".into()].into() };
        let mut asked = declared.clone();
        assert!(beyond(&asked, &declared).is_empty());
        asked.categories.insert(Category::Location);
        asked.asks.insert("http".into());
        assert_eq!(beyond(&asked, &declared), ["location", "http"]);
    }
}
