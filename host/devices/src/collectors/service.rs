//! What callers do with collectors.

use bailiwick_contract::report::{AssignedDriver, Assignment, Status, SweepFigures};
use bailiwick_store::{Actor, Capped, CollectorId, Metered, Scope, Store};
use jiff::Timestamp;
use serde_json::json;

use super::{
    Authenticated, Collector, CollectorError, Enrolled, Presented, Secrets, secret, secrets,
    store::{self, NewRow},
    tokens,
};
use crate::{
    Cursor, Page, PageRequest,
    drivers::{self, Catalogue},
    journal::{self, Object},
    page::Key,
    seal::SealingKey,
    sites,
};

/// The most bytes of a batch that collectors are told to send.
const BATCH_BYTES: u32 = 1 << 20;
/// Figures of a collector that are greater than this are nonsense, and read as this.
const MOST_COUNTED: u64 = 1_000_000_000;
/// The end of the year 9999, ms since 1970.
const LAST_INSTANT: u64 = 253_402_300_799_999;

/// Collectors of the scope (with its subtree), by name.
///
/// # Errors
/// [`CollectorError::Store`].
pub async fn list(scope: &mut Scope, page: &PageRequest, now: Timestamp) -> Result<Page<Collector>, CollectorError> {
    let after = page.after().and_then(|cursor| match &cursor.key {
        Key::Text(name) => Some((name.as_str(), cursor.id)),
        Key::Integer(_) => None,
    });
    let rows = store::find(scope, None, after, page.probe()).await?;
    let rows = rows.into_iter().map(|row| row.at(now)).collect();
    Ok(page.page(rows, |c: &Collector| Cursor { key: Key::Text(c.name.clone()), id: c.id.get() }))
}

/// One collector.
///
/// # Errors
/// [`CollectorError::NotFound`].
pub async fn get(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<Collector, CollectorError> {
    let row = store::find(scope, Some(id), None, 1).await?.pop().ok_or(CollectorError::NotFound)?;
    Ok(row.at(now))
}

/// Uses a one-time token up for a collector and its key, once the caller has seen that its maker may still enroll
/// collectors. The maker answers for the collector from then on. Commits by itself.
///
/// # Errors
/// [`CollectorError::UnknownToken`] where it was used or revoked since, [`CollectorError::Invalid`] for the version;
/// [`CollectorError::Quota`], after which the token can still be used.
pub async fn enroll(store: &Store, token: Presented, version: &str) -> Result<Enrolled, CollectorError> {
    check_version(version)?;
    let now = store.now();
    let collector = CollectorId::new();
    let mut scope = store.scope(&Actor::Collector(collector), token.account).await?;
    scope.room_for(Capped::Collectors).await?;
    if let Some((0, full)) = store.room(&mut scope, Metered::Collectors, &[]).await? {
        return Err(full.into());
    }
    let (site, name) = tokens::consume(&mut scope, token.id, now).await?.ok_or(CollectorError::UnknownToken)?;
    let identity = Authenticated { collector, account: token.account, site };
    let (key, hash) = secret::make(secret::KEY)?;
    let new = NewRow { identity, name: &name, version, key_hash: &hash, vouched_by: &token.made_by };
    store::insert(&mut scope, &new, now).await?;
    let after = json!({ "site": site, "name": name, "version": version, "token_made_by": token.made_by.to_string() });
    journal::record(&mut scope, "collector.enrolled", Object::of("collector", collector), None, Some(after)).await?;
    scope.commit().await?;
    Ok(Enrolled { identity, key })
}

fn check_version(version: &str) -> Result<(), CollectorError> {
    let legal = (1..=64).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_graphic());
    if legal {
        Ok(())
    } else {
        Err(CollectorError::Invalid { field: "version", why: "1 to 64 visible ASCII characters" })
    }
}

/// Whose key this is.
///
/// # Errors
/// [`CollectorError::UnknownKey`], [`CollectorError::Revoked`]; [`CollectorError::Suspended`] while nothing is taken from
/// it.
pub async fn authenticate(store: &Store, key: &str) -> Result<Authenticated, CollectorError> {
    let presented = secret::hash(secret::KEY, key).ok_or(CollectorError::UnknownKey)?;
    let mut door = store.door().await?;
    let known = store::key(&mut door, &presented).await?.ok_or(CollectorError::UnknownKey)?;
    if known.revoked {
        return Err(CollectorError::Revoked);
    }
    if known.suspended {
        return Err(CollectorError::Suspended);
    }
    Ok(Authenticated { collector: known.id, account: known.tenant_id, site: known.site_id })
}

/// Binds the scope to a collector's account, so that what is done is told there, whichever account above it was asked for
/// at.
pub(super) async fn bind(scope: &mut Scope, id: CollectorId) -> Result<(), CollectorError> {
    let account = store::account_of(scope, id).await?.ok_or(CollectorError::NotFound)?;
    Ok(scope.bind(account).await?)
}

/// Makes a collector's key worth nothing.
///
/// # Errors
/// [`CollectorError::NotFound`].
pub async fn revoke(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<(), CollectorError> {
    bind(scope, id).await?;
    if !store::revoke(scope, id, now).await? {
        return Err(CollectorError::NotFound);
    }
    journal::record(scope, "collector.revoked", Object::of("collector", id), None, None).await?;
    Ok(())
}

/// Has a collector sweep and poll at its next contact.
///
/// # Errors
/// [`CollectorError::NotFound`], also for one that was revoked.
pub async fn request_scan(scope: &mut Scope, id: CollectorId) -> Result<(), CollectorError> {
    bind(scope, id).await?;
    store::request_scan(scope, id).await?.ok_or(CollectorError::NotFound)?;
    journal::record(scope, "collector.scan_requested", Object::of("collector", id), None, None).await?;
    Ok(())
}

/// Notes that a collector was heard.
///
/// # Errors
/// [`CollectorError::Store`].
pub async fn touch(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<(), CollectorError> {
    Ok(store::touch(scope, id, now).await?)
}

/// Notes how a collector says it is. Whether that is news to who looks at it.
///
/// # Errors
/// [`CollectorError::Invalid`] for its version.
pub async fn status(
    scope: &mut Scope,
    id: CollectorId,
    status: &Status,
    now: Timestamp,
) -> Result<bool, CollectorError> {
    check_version(&status.version)?;
    let status = bounded(status);
    let theirs = i64::try_from(status.clock).unwrap_or(i64::MAX);
    let offset = now.as_millisecond().saturating_sub(theirs);
    Ok(store::status(scope, id, &status, offset, now).await?)
}

/// A collector is not to be believed: what it says stays within what figures can be and JSON can hold.
fn bounded(status: &Status) -> Status {
    let count = |n: u64| n.min(MOST_COUNTED);
    Status {
        version: status.version.clone(),
        clock: status.clock.min(LAST_INSTANT),
        pending: count(status.pending),
        dead_letters: count(status.dead_letters),
        last_sweep: status.last_sweep.as_ref().map(|sweep| SweepFigures {
            ended_at: sweep.ended_at.min(LAST_INSTANT),
            took_ms: count(sweep.took_ms),
            addresses: count(sweep.addresses),
            answered: count(sweep.answered),
            polled: count(sweep.polled),
            failed: count(sweep.failed),
        }),
    }
}

/// What a collector is to do: its site's ranges and schedule, every driver that its account granted, each in the version
/// that the account consented to, and the site's secrets unless they are withheld. The scope is bound to the collector's
/// account.
///
/// # Errors
/// [`CollectorError::NotFound`] where its site is gone.
pub async fn assignment(
    scope: &mut Scope,
    key: &SealingKey,
    catalogue: &Catalogue,
    who: &Authenticated,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<Assignment, CollectorError> {
    let site = sites::get(scope, who.site).await?;
    let communities = secrets::communities(scope, key, who, &site, secrets, now).await?;
    let policy = drivers::policy(scope).await?;
    let granted = drivers::grants(scope).await?;
    if granted.iter().any(|granted| catalogue.by_digest(&granted.digest).is_none()) {
        // another process installed it
        catalogue.reload_in(scope).await?;
    }
    let drivers = granted
        .into_iter()
        .filter_map(|granted| {
            let installed = catalogue.by_digest(&granted.digest)?;
            Some(AssignedDriver {
                name: granted.driver,
                version: installed.manifest.driver.version.clone(),
                digest: installed.digest.clone(),
                grant: granted.grant,
                policy: policy.clone(),
            })
        })
        .collect();
    let scan_requested = store::scan_requested(scope, who.collector).await?.ok_or(CollectorError::NotFound)?;
    Ok(Assignment {
        poll_seconds: site.poll_seconds,
        sweep_seconds: site.sweep_seconds,
        ranges: site.ranges.iter().map(ToString::to_string).collect(),
        communities,
        drivers,
        scan_requested: u64::try_from(scan_requested).unwrap_or_default(),
        max_batch_bytes: BATCH_BYTES,
        now: u64::try_from(now.as_millisecond()).unwrap_or_default(),
    })
}
