//! What callers do with figures.

use bailiwick_store::{Scope, StoreError};
use jiff::{SignedDuration, Timestamp};

use super::{AlertCounts, CollectorCounts, Summary, store};
use crate::{collectors::CollectorState, headline};

/// A supply at this level or below is low, percent.
const LOW: i16 = 10;

/// The figures of the scope's account and its subtree.
///
/// # Errors
/// Where the database cannot be read.
pub async fn summary(scope: &mut Scope, now: Timestamp) -> Result<Summary, StoreError> {
    let (devices, online, supplies_low) = store::devices(scope, now, LOW).await?;
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
    let pages = store::usage(scope, headline::PAGES, month).await?;
    Ok(Summary {
        devices,
        online,
        alerts: AlertCounts { critical, warning, info },
        collectors,
        pages_30d: headline::whole(pages),
        supplies_low,
    })
}
