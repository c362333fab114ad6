//! What callers do with devices.

use bailiwick_store::{DeviceId, Metered, Scope, Store};
use bailiwick_text::Name;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Device, DeviceChange, DeviceDetail, DeviceError, DeviceFilter, Known, Sort, list as sql, store};
use crate::{
    Page, PageRequest, enrollments, facts, groups,
    journal::{self, Object},
    readings,
};

/// Devices of the scope (with its subtree).
///
/// # Errors
/// [`DeviceError::Cursor`] where the cursor is of another order.
pub async fn list(
    scope: &mut Scope,
    filter: &DeviceFilter,
    sort: Sort,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<Device>, DeviceError> {
    let statement = sql::statement(filter, sort, page.after(), page.probe(), now)?;
    let rows = store::list(scope, statement).await?;
    Ok(page.page(rows.into_iter().map(|row| row.at(now)).collect(), |device| sort.key.cursor(device)))
}

/// One device, also one that was retired.
///
/// # Errors
/// [`DeviceError::NotFound`].
pub async fn get(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<Device, DeviceError> {
    Ok(store::get(scope, id).await?.ok_or(DeviceError::NotFound)?.at(now))
}

/// One device with everything that is known of it now. Binds the scope to the device's account.
///
/// # Errors
/// [`DeviceError::NotFound`].
pub async fn detail(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<DeviceDetail, DeviceError> {
    let device = get(scope, id, now).await?;
    scope.bind(device.account.id).await?;
    let mut known = Vec::new();
    for enrollment in enrollments::of_device(scope, id).await.map_err(of_enrollments)? {
        let facts = facts::of_enrollment(scope, &enrollment).await?;
        let meters = readings::latest(scope, enrollment.id).await?;
        known.push(Known { enrollment, facts, meters });
    }
    let groups = groups::of_device(scope, id).await?;
    Ok(DeviceDetail { device, enrollments: known, groups })
}

fn of_enrollments(error: enrollments::EnrollmentError) -> DeviceError {
    match error {
        enrollments::EnrollmentError::Cursor(error) => DeviceError::Cursor(error),
        enrollments::EnrollmentError::Store(error) => DeviceError::Store(error),
    }
}

/// Changes what operators say of a device. Binds the scope to the device's account.
///
/// # Errors
/// [`DeviceError::NotFound`], [`DeviceError::Retired`], [`DeviceError::UnknownSite`], [`DeviceError::Name`].
pub async fn update(
    scope: &mut Scope,
    id: DeviceId,
    change: DeviceChange,
    now: Timestamp,
) -> Result<Device, DeviceError> {
    let mut device = lock_active(scope, id, now).await?;
    let before = told(&device);
    if let Some(name) = change.name {
        device.given_name = name.map(|text| text.parse::<Name>()).transpose()?.map(Name::into_string);
    }
    let given = change.site.map(|site| site.is_some());
    if let Some(site) = change.site {
        device.site = match site {
            None => None,
            Some(site) if store::has_site(scope, site).await? => Some(crate::Named { id: site, name: String::new() }),
            Some(_) => return Err(DeviceError::UnknownSite),
        };
    }
    if let Some(ownership) = change.ownership {
        device.ownership = ownership;
    }
    store::update(scope, &device, given).await?;
    store::advance(scope, id).await?;
    let device = get(scope, id, now).await?;
    let after = told(&device);
    journal::record(scope, "device.updated", Object::of("device", id).named(&device.name), Some(before), Some(after))
        .await?;
    Ok(device)
}

/// Ends a device: its alerts are cleared, and reports of it are ignored. Its history stays, and [`restore`] brings it
/// back. Binds the scope to the device's account.
///
/// # Errors
/// [`DeviceError::NotFound`], [`DeviceError::Retired`].
pub async fn retire(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<(), DeviceError> {
    let device = lock_active(scope, id, now).await?;
    store::retire(scope, id, now).await?;
    journal::record(scope, "device.retired", Object::of("device", id).named(&device.name), Some(told(&device)), None)
        .await?;
    Ok(())
}

/// Brings a retired device back: the next report of it counts. Binds the scope to the device's account.
///
/// # Errors
/// [`DeviceError::NotFound`], [`DeviceError::NotRetired`], [`DeviceError::Quota`].
pub async fn restore(database: &Store, scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<Device, DeviceError> {
    let device = lock(scope, id, now).await?;
    if device.retired_at.is_none() {
        return Err(DeviceError::NotRetired);
    }
    if let Some((0, full)) = database.room(scope, Metered::Devices, &[]).await? {
        return Err(full.into());
    }
    store::restore(scope, id).await?;
    journal::record(scope, "device.restored", Object::of("device", id).named(&device.name), None, Some(told(&device)))
        .await?;
    get(scope, id, now).await
}

async fn lock(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<Device, DeviceError> {
    let device = store::lock(scope, id).await?.ok_or(DeviceError::NotFound)?.at(now);
    scope.bind(device.account.id).await?;
    Ok(device)
}

async fn lock_active(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<Device, DeviceError> {
    let device = lock(scope, id, now).await?;
    if device.retired_at.is_some() { Err(DeviceError::Retired) } else { Ok(device) }
}

/// What the audit keeps of a device: what operators said, nothing that a driver did.
fn told(device: &Device) -> Value {
    json!({
        "name": device.given_name,
        "site": device.site.as_ref().map(|site| site.id),
        "ownership": store::ownership_name(device.ownership),
    })
}
