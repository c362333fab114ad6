//! What an account grants a driver, and for which version.

use bailiwick_contract::{consent::Demands, manifest::Manifest, policy::Grant};
use bailiwick_store::{AccountId, Scope, StoreError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    DriverError, Granted, Installed, Offer, service,
    store::{self, ConsentRow, GrantRow, NewGrant},
};
use crate::journal::{self, Object};

/// The most accounts that are granted a driver in one call.
pub const MOST_AT_ONCE: usize = 500;

fn read(row: GrantRow) -> Result<Granted, DriverError> {
    let grant = serde_json::from_value(row.granted).map_err(|e| DriverError::Damaged("grant", e))?;
    Ok(Granted { driver: row.driver, digest: row.digest, grant, granted_at: row.granted_at.0 })
}

/// What a grant was given for; a grant from before that was stored was given for the version that works. Where neither
/// can be read, since it breaks a rule that came later, it counts for nothing: the account is asked.
pub(super) fn demands(row: ConsentRow) -> Demands {
    let stored = row.consented.and_then(|text| serde_json::from_str(&text).ok());
    let of_version =
        || Manifest::from_json(&row.manifest.unwrap_or_default()).ok().map(|manifest| Demands::of(&manifest));
    stored.or_else(of_version).unwrap_or_default()
}

/// What the bound account grants.
///
/// # Errors
/// [`DriverError::Store`], [`DriverError::Damaged`].
pub async fn grants(scope: &mut Scope) -> Result<Vec<Granted>, DriverError> {
    store::grants(scope).await?.into_iter().map(read).collect()
}

/// The drivers that any account within the scope grants something, by name.
///
/// # Errors
/// [`DriverError::Store`].
pub async fn granted_within(scope: &mut Scope) -> Result<Vec<String>, DriverError> {
    Ok(store::granted_within(scope).await?)
}

/// What the bound account grants this driver.
///
/// # Errors
/// As [`grants`].
pub async fn granted(scope: &mut Scope, driver: &str) -> Result<Option<Granted>, DriverError> {
    Ok(grants(scope).await?.into_iter().find(|granted| granted.driver == driver))
}

/// All that the bound account consented to when it granted this driver.
///
/// # Errors
/// As [`grants`].
pub async fn consented(scope: &mut Scope, driver: &str) -> Result<Option<Demands>, DriverError> {
    Ok(store::consented(scope, driver).await?.map(demands))
}

/// The version that waits for the bound account's consent, where one does.
///
/// # Errors
/// As [`grants`].
pub async fn offer(scope: &mut Scope, granted: &Granted) -> Result<Option<Offer>, DriverError> {
    let Some(active) = store::active(scope, &granted.driver).await?.map(service::read).transpose()? else {
        return Ok(None);
    };
    if active.digest == granted.digest {
        return Ok(None);
    }
    let Some(consented) = consented(scope, &granted.driver).await? else { return Ok(None) };
    let beyond = active.demands().beyond(&consented);
    Ok(Some(Offer { version: active.into(), beyond }))
}

/// Lets a driver do this for the bound account, in the version that works there, or else in the one that is offered;
/// replaces what it was let do before.
///
/// # Errors
/// [`DriverError::NotFound`] where it is not installed, [`DriverError::NotDeclared`] for what its manifest lacks.
pub async fn grant(scope: &mut Scope, driver: &str, grant: &Grant, now: Timestamp) -> Result<(), DriverError> {
    store::share_name(scope, driver).await?;
    let known = granted(scope, driver).await?;
    let digest = match &known {
        Some(known) => known.digest.clone(),
        None => service::named(scope, driver).await?.digest,
    };
    put(scope, &digest, known, grant, now).await
}

/// Lets this version of a driver do this for the bound account: the one that works there, or the one that is offered.
/// The account consents to all that the version asks and keeps, within the grant.
///
/// # Errors
/// [`DriverError::NotFound`] for an unknown driver, [`DriverError::NotOffered`] for another version of it,
/// [`DriverError::NotDeclared`] for what its manifest lacks.
pub async fn grant_version(
    scope: &mut Scope,
    driver: &str,
    digest: &str,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), DriverError> {
    store::share_name(scope, driver).await?;
    let known = granted(scope, driver).await?;
    let active = service::named(scope, driver).await?;
    if active.digest != digest && known.as_ref().is_none_or(|known| known.digest != digest) {
        return Err(DriverError::NotOffered);
    }
    put(scope, digest, known, grant, now).await
}

/// Lets the offered version of a driver do this for each of these accounts, which the scope sees; each account's audit
/// tells it. All of them, or none.
///
/// # Errors
/// [`DriverError::NoAccount`] for the first that is not there or that the scope does not see, [`DriverError::TooMany`],
/// and those of [`grant_version`].
pub async fn grant_each(
    scope: &mut Scope,
    accounts: &[AccountId],
    (driver, digest): (&str, &str),
    grant: &Grant,
    now: Timestamp,
) -> Result<(), DriverError> {
    if accounts.len() > MOST_AT_ONCE {
        return Err(DriverError::TooMany);
    }
    let home = scope.account();
    for account in accounts {
        let gone = |error| match error {
            StoreError::NotFound | StoreError::Moved => DriverError::NoAccount(*account),
            other => other.into(),
        };
        scope.visit(*account).await.map_err(gone)?;
        scope.hold().await.map_err(gone)?;
        grant_version(scope, driver, digest, grant, now).await?;
    }
    scope.visit(home).await?;
    Ok(())
}

async fn put(
    scope: &mut Scope,
    digest: &str,
    before: Option<Granted>,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), DriverError> {
    let row = store::by_digest(scope, digest).await?.ok_or(DriverError::NotFound)?;
    let version = service::read(row)?;
    let beyond = grant.beyond(&version.manifest);
    if !beyond.is_empty() {
        return Err(DriverError::NotDeclared(beyond));
    }
    let value = serde_json::to_value(grant).map_err(|e| DriverError::Damaged("grant", e))?;
    let consented = serde_json::to_value(version.demands()).map_err(|e| DriverError::Damaged("consent", e))?;
    let driver = version.name();
    let new = NewGrant { driver, digest, granted: &value, consented: &consented, at: now };
    store::put_grant(scope, new).await?;
    let before = match before {
        Some(before) if before.digest == digest => Some(told(&version, &before.grant)),
        Some(before) => {
            let former = store::by_digest(scope, &before.digest).await?.and_then(|row| service::read(row).ok());
            former.map(|former| told(&former, &before.grant))
        }
        None => None,
    };
    let after = Some(told(&version, grant));
    journal::record(scope, "driver.granted", Object::of("driver", driver).named(driver), before, after).await?;
    Ok(())
}

/// What the audit tells of a grant.
fn told(version: &Installed, grant: &Grant) -> Value {
    json!({
        "version": version.version(), "digest": version.digest, "categories": grant.categories,
        "withheld": grant.withheld, "texts": grant.texts, "asks": grant.asks,
    })
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
