//! What callers do with readings.

use bailiwick_store::{DeviceId, EnrollmentId, Scope, StoreError};
use jiff::Timestamp;

use super::{Latest, ReadingError, Series, SeriesRequest, store};
use crate::{devices, ingest::Meters};

/// The longest time range: ten years of seconds.
const LONGEST: i64 = 10 * 366 * 86_400;

/// Points of a device's meter, the last of each bucket, and what it rose by, with the driver whose meter it is. Binds the scope to the device's account.
///
/// # Errors
/// [`ReadingError::Device`] where there is no such device, [`ReadingError::Range`]. A meter that never had a point
/// gives none.
pub async fn series(
    scope: &mut Scope,
    device: DeviceId,
    request: &SeriesRequest,
    now: Timestamp,
) -> Result<(String, Series), ReadingError> {
    let seconds = request.to.as_second().saturating_sub(request.from.as_second());
    if !(1..=LONGEST).contains(&seconds) {
        return Err(ReadingError::Range);
    }
    let device = devices::get(scope, device, now).await?;
    scope.bind(device.account.id).await?;
    let points = i64::from(SeriesRequest::POINTS);
    let least = seconds.saturating_add(points - 1) / points;
    // a step may ask for more points than an answer aims at, within reason
    let step = request.step.map_or(least, |step| i64::from(step).max(least / 10)).max(1);
    let step = i32::try_from(step).unwrap_or(i32::MAX);
    let driver = request.driver.clone().unwrap_or(device.driver);
    let points = store::series(scope, device.id, &driver, request, step.into()).await?;
    let rose = store::rose(scope, device.id, &driver, request).await?;
    Ok((driver, Series { points, rose }))
}

/// The latest point of each meter.
pub(crate) async fn latest(scope: &mut Scope, enrollment: EnrollmentId) -> Result<Vec<Latest>, StoreError> {
    let stored = store::latest(scope, enrollment).await?;
    Ok(stored.map(Meters::read).unwrap_or_default().latest())
}
