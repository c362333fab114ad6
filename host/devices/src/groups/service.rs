//! What callers do with groups.

use bailiwick_store::{Capped, Cursor, DeviceId, Page, PageRequest, Scope, StoreError};
use bailiwick_text::Name;
use jiff::Timestamp;
use serde_json::json;

use super::{Group, GroupError, GroupId, store};
use crate::journal::{self, Object};

/// The groups of the scope's account (with its subtree), by name.
///
/// # Errors
/// [`GroupError::Store`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Group>, GroupError> {
    let rows = store::list(scope, page.after_text().map_err(StoreError::from)?, page.probe()).await?;
    Ok(page.page(rows, |last| Cursor::text(last.sort_key.clone(), last.group.id.get())).map(|row| row.group))
}

/// One group.
///
/// # Errors
/// [`GroupError::NotFound`].
pub async fn get(scope: &mut Scope, id: GroupId) -> Result<Group, GroupError> {
    store::get(scope, id).await?.ok_or(GroupError::NotFound)
}

/// Makes a group of the bound account.
///
/// # Errors
/// [`GroupError::Name`], [`GroupError::NameTaken`]; [`GroupError::Store`] where there are as many as there can be.
pub async fn create(scope: &mut Scope, name: &str, now: Timestamp) -> Result<Group, GroupError> {
    let name: Name = name.parse()?;
    let name = name.as_str();
    scope.room_for(Capped::Groups).await?;
    let id = GroupId::new();
    taken(store::insert(scope, id, name, now).await?)?;
    journal::record(scope, "group.created", Object::of("group", id).named(name), None, Some(json!({ "name": name })))
        .await?;
    get(scope, id).await
}

/// Gives a group another name. Binds the scope to the group's account.
///
/// # Errors
/// [`GroupError::NotFound`], [`GroupError::Name`], [`GroupError::NameTaken`].
pub async fn rename(scope: &mut Scope, id: GroupId, name: &str) -> Result<Group, GroupError> {
    let before = bound(scope, id).await?;
    let name: Name = name.parse()?;
    let name = name.as_str();
    if before.name != name {
        taken(store::rename(scope, id, name).await?)?;
        let (old, new) = (json!({ "name": before.name }), json!({ "name": name }));
        journal::record(scope, "group.renamed", Object::of("group", id).named(name), Some(old), Some(new)).await?;
    }
    get(scope, id).await
}

/// Deletes a group; its devices stay. Binds the scope to the group's account.
///
/// # Errors
/// [`GroupError::NotFound`].
pub async fn delete(scope: &mut Scope, id: GroupId) -> Result<(), GroupError> {
    let group = bound(scope, id).await?;
    store::delete(scope, id).await?;
    let before = json!({ "name": group.name, "devices": group.devices });
    journal::record(scope, "group.deleted", Object::of("group", id).named(&group.name), Some(before), None).await?;
    Ok(())
}

/// Puts a device into a group of its account; one that is in it stays. Binds the scope to the group's account.
///
/// # Errors
/// [`GroupError::NotFound`] where there is no such group, or no such device in the group's account, or it is retired.
pub async fn add(scope: &mut Scope, id: GroupId, device: DeviceId, now: Timestamp) -> Result<(), GroupError> {
    let group = bound(scope, id).await?;
    let name = store::device(scope, device).await?.ok_or(GroupError::NotFound)?;
    if store::add(scope, id, device, now).await? {
        let after = json!({ "device": device, "name": name });
        journal::record(scope, "group.device_added", Object::of("group", id).named(&group.name), None, Some(after))
            .await?;
    }
    Ok(())
}

/// Takes a device out of a group. Binds the scope to the group's account.
///
/// # Errors
/// [`GroupError::NotFound`] where there is no such group, or the device is not in it.
pub async fn remove(scope: &mut Scope, id: GroupId, device: DeviceId) -> Result<(), GroupError> {
    let group = bound(scope, id).await?;
    if !store::remove(scope, id, device).await? {
        return Err(GroupError::NotFound);
    }
    let before = json!({ "device": device });
    journal::record(scope, "group.device_removed", Object::of("group", id).named(&group.name), Some(before), None)
        .await?;
    Ok(())
}

/// The group, with the scope bound to its account, so that what is done is told there.
async fn bound(scope: &mut Scope, id: GroupId) -> Result<Group, GroupError> {
    let group = store::lock(scope, id).await?.ok_or(GroupError::NotFound)?;
    scope.bind(group.account.id).await?;
    Ok(group)
}

fn taken(written: bool) -> Result<(), GroupError> {
    if written { Ok(()) } else { Err(GroupError::NameTaken) }
}
