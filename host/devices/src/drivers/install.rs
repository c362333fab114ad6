//! What the platform does with drivers: install, roll back, uninstall; and what that means for those who grant them.
//!
//! Each change of the version that works at an account is told in that account's own audit, and so is a version that
//! waits there for consent.

use bailiwick_contract::{
    consent::Demands,
    manifest::{Manifest, release},
};
use bailiwick_store::{AccountId, Scope};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Arrival, DriverError, Grants, Installation,
    grants::demands,
    store::{self, ConsentRow, NewDriver},
};
use crate::journal::{self, Object};

/// Which way the version goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Back,
}

/// Installs a component that was verified (its manifest read from it, and it compiled), and offers it to the accounts
/// that grant its name: it works at once where it asks for no more than the account consented to, and waits for consent
/// where it asks for more. The scope is the platform's.
///
/// # Errors
/// [`DriverError::PlatformOnly`]; [`DriverError::Digest`] where `digest` is not the component's SHA-256;
/// [`DriverError::VersionTaken`] for other bytes under a version that was installed, [`DriverError::Downgrade`] for a
/// version that does not rise.
pub async fn install(
    scope: &mut Scope,
    manifest: &Manifest,
    digest: &str,
    component: &[u8],
    now: Timestamp,
) -> Result<Installation, DriverError> {
    put(scope, Direction::Up, manifest, digest, component, now).await
}

/// As [`install`], and the version may be below the one that is installed. Accounts are asked by the same rule.
///
/// # Errors
/// As [`install`], without [`DriverError::Downgrade`].
pub async fn roll_back(
    scope: &mut Scope,
    manifest: &Manifest,
    digest: &str,
    component: &[u8],
    now: Timestamp,
) -> Result<Installation, DriverError> {
    put(scope, Direction::Back, manifest, digest, component, now).await
}

async fn put(
    scope: &mut Scope,
    direction: Direction,
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
    store::lock_name(scope, name).await?;
    if store::of_version(scope, name, version).await?.is_some_and(|known| known != digest) {
        return Err(DriverError::VersionTaken { name: name.clone(), version: version.clone() });
    }
    let active = store::offered(scope, name).await?;
    if active.as_ref().is_some_and(|active| active.digest == digest) {
        return Ok(Installation { component: Arrival::Known, followed: 0, asked: 0 });
    }
    let falls = active.as_ref().filter(|active| manifest.driver.release() <= release(&active.version));
    if let (Some(active), Direction::Up) = (falls, direction) {
        return Err(DriverError::Downgrade { given: version.clone(), active: active.version.clone() });
    }
    store::deactivate(scope, name).await?;
    let component = if store::activate(scope, digest, component).await? {
        Arrival::Known
    } else {
        let text = serde_json::to_string(manifest).map_err(|e| DriverError::Damaged("manifest", e))?;
        let driver = NewDriver { digest, name, version, manifest: &text, component, at: now };
        store::insert(scope, driver).await?;
        Arrival::Added
    };
    let action = if falls.is_some() { "driver.rolled_back" } else { "driver.installed" };
    let before = active.map(|active| told(&active.version, &active.digest));
    let after = Some(told(version, digest));
    journal::record(scope, action, Object::of("driver", name).named(name), before, after).await?;
    let (followed, asked) = succeed(scope, manifest, digest).await?;
    Ok(Installation { component, followed, asked })
}

fn told(version: &str, digest: &str) -> Value {
    json!({ "version": version, "digest": digest })
}

/// Has the version work where it asks for no more than was consented to, and tells every other granting account in what
/// it asks for more. How many of each.
async fn succeed(scope: &mut Scope, manifest: &Manifest, digest: &str) -> Result<(usize, usize), DriverError> {
    let (name, version) = (&manifest.driver.name, &manifest.driver.version);
    let wanted = Demands::of(manifest);
    let (mut followed, mut asked) = (0_usize, 0_usize);
    for group in store::granting(scope, name, digest).await? {
        let object = Object::of("driver", name).named(name);
        let before = Some(told(&group.version, &group.digest));
        let consented = demands(ConsentRow { consented: group.consented, manifest: group.manifest });
        let beyond = wanted.beyond(&consented);
        if beyond.is_empty() {
            followed = followed.saturating_add(group.accounts.len());
            let consented = serde_json::to_value(&consented).map_err(|e| DriverError::Damaged("consent", e))?;
            store::follow(scope, name, &group.accounts, digest, &consented).await?;
            let after = Some(told(version, digest));
            journal::record_each(scope, &group.accounts, "driver.updated", object, before, after).await?;
        } else {
            asked = asked.saturating_add(group.accounts.len());
            let after = Some(json!({ "version": version, "digest": digest, "asks_more": beyond }));
            journal::record_each(scope, &group.accounts, "driver.update_waits", object, before, after).await?;
        }
    }
    Ok((followed, asked))
}

/// Takes a driver out of use everywhere; gives how many grants ended by it. What it collected stays with each account,
/// readable by the manifests, which stay; the components go. The scope is the platform's.
///
/// # Errors
/// [`DriverError::PlatformOnly`]; [`DriverError::NotFound`] where it is not installed; [`DriverError::InUse`] where
/// accounts grant it and their grants are to be respected.
pub async fn uninstall(scope: &mut Scope, name: &str, grants: Grants, now: Timestamp) -> Result<usize, DriverError> {
    if scope.account() != AccountId::ROOT {
        return Err(DriverError::PlatformOnly);
    }
    store::lock_name(scope, name).await?;
    let active = store::offered(scope, name).await?.ok_or(DriverError::NotFound)?;
    let granting = store::count_grants(scope, name).await?;
    if granting > 0 && grants == Grants::Respect {
        return Err(DriverError::InUse(granting));
    }
    store::uninstall(scope, name, now).await?;
    let accounts = store::end_grants(scope, name).await?;
    let object = || Object::of("driver", name).named(name);
    let before = || Some(told(&active.version, &active.digest));
    let elsewhere: Vec<AccountId> = accounts.iter().copied().filter(|account| *account != AccountId::ROOT).collect();
    journal::record_each(scope, &elsewhere, "driver.uninstalled", object(), before(), None).await?;
    journal::record(scope, "driver.uninstalled", object(), before(), Some(json!({ "grants_ended": accounts.len() })))
        .await?;
    Ok(accounts.len())
}
