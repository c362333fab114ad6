//! Reading and changing allow-lists.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Capped, Cursor, Page, PageRequest, Scope, Store};
use jiff::Timestamp;
use serde_json::json;

use super::{AllowedHost, HostError, HostId, store};
use crate::address::is_public;
use crate::allowed::Destination;
use bailiwick_store::StoreError;

/// Those that the scope's account named itself.
///
/// # Errors
/// [`HostError::Store`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<AllowedHost>, HostError> {
    // there are few: all of them are read for each page
    let all = store::of_account(scope).await?;
    Ok(page.of(all, |host| {
        let Destination { purpose, .. } = &host.destination;
        Cursor::text(
            format!("{}/{}/{:05}", purpose.name(), host.destination.host(), host.destination.port()),
            host.id.get(),
        )
    }))
}

/// Those of the scope's account and of all below it.
///
/// # Errors
/// [`HostError::Store`].
pub async fn all(scope: &mut Scope) -> Result<Vec<AllowedHost>, HostError> {
    Ok(store::all(scope).await?)
}

/// Adds one to the scope's account.
///
/// # Errors
/// [`HostError::PlatformOnly`], [`HostError::Forbidden`], [`HostError::Exists`]; [`HostError::Store`] where there are as many as there can be.
pub async fn add(scope: &mut Scope, destination: &Destination, now: Timestamp) -> Result<HostId, HostError> {
    if !destination.purpose.of_accounts() {
        return Err(HostError::PlatformOnly);
    }
    if destination.address().is_some_and(|address| !is_public(address)) {
        return Err(HostError::Forbidden);
    }
    scope.room_for(Capped::EgressHosts).await?;
    let id = HostId::new();
    if !store::insert(scope, id, destination, now).await? {
        return Err(HostError::Exists);
    }
    let entry = Entry::new("egress.allowed", Object::new("egress_host", id).named(destination.to_string()))
        .after(json!({ "purpose": destination.purpose, "host": destination.host(), "port": destination.port() }));
    record(scope, entry).await?;
    Ok(id)
}

/// Takes one from the scope's account.
///
/// # Errors
/// [`HostError::NotFound`].
pub async fn remove(scope: &mut Scope, id: HostId) -> Result<(), HostError> {
    let gone = store::delete(scope, id).await?.ok_or(HostError::NotFound)?;
    let entry = Entry::new("egress.denied", Object::new("egress_host", id).named(gone.to_string()))
        .before(json!({ "purpose": gone.purpose, "host": gone.host(), "port": gone.port() }));
    record(scope, entry).await?;
    Ok(())
}

/// Whether this account, or one above it, named the destination.
///
/// # Errors
/// Where the account is gone or the database fails.
pub async fn allowed(database: &Store, account: AccountId, wanted: &Destination) -> Result<bool, StoreError> {
    let scope = database.scope(&Actor::system("egress"), account).await?;
    let place = scope.lineage().clone();
    scope.rollback().await?;
    store::is_named(&mut database.door().await?, &place, wanted).await
}
