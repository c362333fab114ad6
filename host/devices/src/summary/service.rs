//! What callers do with figures.

use bailiwick_store::{Scope, StoreError};
use jiff::{SignedDuration, Timestamp};

use super::{AlertCounts, CollectorCounts, DriverFigures, Summary, store};
use crate::collectors::CollectorState;

/// The figures of the scope's account and its subtree.
///
/// # Errors
/// Where the database cannot be read.
pub async fn summary(scope: &mut Scope, now: Timestamp) -> Result<Summary, StoreError> {
    let mut drivers: Vec<DriverFigures> = store::devices(scope, now).await?;
    let (critical, warning, info) = store::alerts(scope).await?;
    let mut collectors = CollectorCounts::default();
    for (seen, revoked, poll_seconds) in store::collectors(scope).await? {
        let poll_seconds = u32::try_from(poll_seconds).unwrap_or_default();
        match CollectorState::at(now, seen.map(|at| at.0), revoked.map(|at| at.0), poll_seconds) {
            CollectorState::Online => collectors.online += 1,
            CollectorState::Late => collectors.late += 1,
            CollectorState::Offline => collectors.offline += 1,
            CollectorState::Revoked => {}
        }
    }
    let month = now.saturating_sub(SignedDuration::from_hours(30 * 24)).unwrap_or(now);
    for (driver, meter, amount) in store::usage(scope, month).await? {
        let place = match drivers.iter().position(|figures| figures.driver == driver) {
            Some(place) => place,
            // its devices are gone, what they counted was counted
            None => {
                drivers.push(DriverFigures { driver, ..DriverFigures::default() });
                drivers.len().saturating_sub(1)
            }
        };
        if let Some(figures) = drivers.get_mut(place) {
            figures.rose.insert(meter, amount);
        }
    }
    drivers.sort_by(|a, b| a.driver.cmp(&b.driver));
    Ok(Summary {
        devices: drivers.iter().map(|figures| figures.devices).sum(),
        online: drivers.iter().map(|figures| figures.online).sum(),
        alerts: AlertCounts { critical, warning, info },
        collectors,
        drivers,
    })
}
