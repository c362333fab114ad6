//! What callers do with collectors.

use bailiwick_contract::report::{AssignedDriver, Assignment, Status, SweepFigures};
use bailiwick_store::{Actor, CollectorId, Metered, Scope, Store};
use bailiwick_text::Name;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Authenticated, Collector, CollectorError, Enrolled, NewToken, secret,
    store::{self, NewTokenRow},
};
use crate::{
    CollectorTokenId, Cursor, Page, PageRequest, SiteId,
    drivers::{self, Catalogue},
    journal::{self, Object},
    page::Key,
    seal::SealingKey,
    sites,
};

/// How long a one-time token can be used.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
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

/// Makes a one-time token for a site of the scope. It is written under the site's account, to which the scope
/// is bound from here on.
///
/// # Errors
/// [`CollectorError::Site`] where there is no such site, [`CollectorError::Invalid`] for the name.
pub async fn create_token(
    scope: &mut Scope,
    site: SiteId,
    name: &str,
    now: Timestamp,
) -> Result<NewToken, CollectorError> {
    let name = name.parse::<Name>().map_err(|error| CollectorError::Invalid { field: "name", why: error.detail() })?;
    let name = name.as_str();
    let site = sites::get(scope, site).await?;
    scope.bind(site.account).await?;
    let (token, hash) = secret::make(secret::TOKEN)?;
    let id = CollectorTokenId::new();
    let expires_at = now.saturating_add(TOKEN_LIFETIME).unwrap_or(now);
    store::insert_token(scope, NewTokenRow { id, site: site.id, name, hash: &hash, created_at: now, expires_at })
        .await?;
    let after = json!({ "site": site.id, "name": name, "expires_at": expires_at });
    journal::record(scope, "collector.token_created", Object::of("collector_token", id), None, Some(after)).await?;
    Ok(NewToken { id, token, expires_at })
}

/// Uses a one-time token up for a collector and its key. Commits by itself.
///
/// # Errors
/// [`CollectorError::UnknownToken`], [`CollectorError::ExpiredToken`], [`CollectorError::Invalid`] for the version;
/// [`CollectorError::Suspended`] and [`CollectorError::Quota`], after which the token can still be used.
pub async fn enroll(store: &Store, token: &str, version: &str) -> Result<Enrolled, CollectorError> {
    check_version(version)?;
    let now = store.now();
    let presented = secret::hash(secret::TOKEN, token).ok_or(CollectorError::UnknownToken)?;
    let known = {
        let mut door = store.door().await?;
        store::token(&mut door, &presented).await?.ok_or(CollectorError::UnknownToken)?
    };
    if known.used {
        return Err(CollectorError::UnknownToken);
    }
    if known.expires_at.0 <= now {
        return Err(CollectorError::ExpiredToken);
    }
    if known.suspended {
        return Err(CollectorError::Suspended);
    }
    let collector = CollectorId::new();
    let mut scope = store.scope(&Actor::Collector(collector), known.tenant_id).await?;
    if let Some((0, full)) = store.room(&mut scope, Metered::Collectors, &[]).await? {
        return Err(full.into());
    }
    let (site, name) = store::consume(&mut scope, known.id, now).await?.ok_or(CollectorError::UnknownToken)?;
    let identity = Authenticated { collector, account: known.tenant_id, site };
    let (key, hash) = secret::make(secret::KEY)?;
    store::insert(&mut scope, identity, &name, version, &hash, now).await?;
    let after = json!({ "site": site, "name": name, "version": version });
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
async fn bind(scope: &mut Scope, id: CollectorId) -> Result<(), CollectorError> {
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

/// Notes how a collector says it is.
///
/// # Errors
/// [`CollectorError::Invalid`] for its version.
pub async fn status(scope: &mut Scope, id: CollectorId, status: &Status, now: Timestamp) -> Result<(), CollectorError> {
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

/// What a collector is to do: its site's ranges and schedule, and every active driver that its account granted.
/// The scope is bound to the collector's account.
///
/// # Errors
/// [`CollectorError::NotFound`] where its site is gone.
pub async fn assignment(
    scope: &mut Scope,
    key: &SealingKey,
    catalogue: &Catalogue,
    who: &Authenticated,
    now: Timestamp,
) -> Result<Assignment, CollectorError> {
    let site = sites::get(scope, who.site).await?;
    let communities = sites::communities(scope, key, &site).await?;
    let policy = drivers::policy(scope).await?;
    let drivers = drivers::grants(scope)
        .await?
        .into_iter()
        .filter_map(|granted| {
            let installed = catalogue.active(&granted.driver)?;
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
