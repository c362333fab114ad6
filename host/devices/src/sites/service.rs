//! What callers do with sites.

use bailiwick_contract::ranges::Range;
use bailiwick_store::{Capped, Cursor, Page, PageRequest, Scope, StoreError};
use bailiwick_text::{Address, LineError, Name, line};
use jiff::Timestamp;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{NewSite, Site, SiteChange, SiteError, store};
use crate::{
    SiteId,
    journal::{self, Object},
    seal::{Place, SealingKey},
};

/// The sites of the scope's account (with its subtree), by name.
///
/// # Errors
/// [`SiteError::Store`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Site>, SiteError> {
    let rows = store::list(scope, page.after_text().map_err(StoreError::from)?, page.probe()).await?;
    Ok(page.page(rows, |last| Cursor::text(last.sort_key.clone(), last.site.id.get())).map(|row| row.site))
}

/// One site.
///
/// # Errors
/// [`SiteError::NotFound`].
pub async fn get(scope: &mut Scope, id: SiteId) -> Result<Site, SiteError> {
    store::get(scope, id).await?.ok_or(SiteError::NotFound)
}

/// Adds a site to the bound account.
///
/// # Errors
/// [`SiteError::Invalid`] names the field.
pub async fn create(scope: &mut Scope, key: &SealingKey, site: NewSite, now: Timestamp) -> Result<Site, SiteError> {
    scope.room_for(Capped::Sites).await?;
    let made = Site {
        id: SiteId::new(),
        account: scope.account(),
        name: name(&site.name)?,
        address: address(site.address)?,
        ranges: ranges(&site.ranges)?,
        poll_seconds: seconds("poll_seconds", site.poll_seconds, 10, 86_400)?,
        sweep_seconds: seconds("sweep_seconds", site.sweep_seconds, 30, 604_800)?,
        communities_set: !site.communities.is_empty(),
        created_at: now,
    };
    let sealed = seal(key, &made, &site.communities)?;
    store::insert(scope, &made, sealed.as_deref()).await?;
    journal::record(scope, "site.created", Object::of("site", made.id).named(&made.name), None, Some(told(&made)))
        .await?;
    Ok(made)
}

/// Changes a site.
///
/// # Errors
/// [`SiteError::NotFound`], [`SiteError::Invalid`].
pub async fn update(scope: &mut Scope, key: &SealingKey, id: SiteId, change: SiteChange) -> Result<Site, SiteError> {
    let before = store::lock(scope, id).await?.ok_or(SiteError::NotFound)?;
    // told where it is, whichever account above it was asked for at
    scope.bind(before.account).await?;
    let mut site = before.clone();
    if let Some(text) = change.name {
        site.name = name(&text)?;
    }
    if let Some(text) = change.address {
        site.address = address(text)?;
    }
    if let Some(texts) = change.ranges {
        site.ranges = ranges(&texts)?;
    }
    if let Some(n) = change.poll_seconds {
        site.poll_seconds = seconds("poll_seconds", n, 10, 86_400)?;
    }
    if let Some(n) = change.sweep_seconds {
        site.sweep_seconds = seconds("sweep_seconds", n, 30, 604_800)?;
    }
    store::update(scope, &site).await?;
    if let Some(communities) = change.communities {
        site.communities_set = !communities.is_empty();
        let sealed = seal(key, &site, &communities)?;
        store::set_communities(scope, id, sealed.as_deref()).await?;
    }
    journal::record(
        scope,
        "site.updated",
        Object::of("site", id).named(&site.name),
        Some(told(&before)),
        Some(told(&site)),
    )
    .await?;
    Ok(site)
}

/// Removes a site that nothing belongs to.
///
/// # Errors
/// [`SiteError::NotFound`]; [`SiteError::InUse`] while a collector works there.
pub async fn delete(scope: &mut Scope, id: SiteId, now: Timestamp) -> Result<(), SiteError> {
    let site = store::lock(scope, id).await?.ok_or(SiteError::NotFound)?;
    scope.bind(site.account).await?;
    if store::is_used(scope, id).await? {
        return Err(SiteError::InUse);
    }
    store::delete(scope, id, now).await?;
    journal::record(scope, "site.deleted", Object::of("site", id).named(&site.name), Some(told(&site)), None).await?;
    Ok(())
}

/// The communities to try at a site, in order; `public` where none were set. Only for its collectors.
///
/// # Errors
/// [`SiteError::NotFound`], or [`SiteError::Seal`] where the key file was replaced.
pub async fn communities(scope: &mut Scope, key: &SealingKey, site: &Site) -> Result<Vec<String>, SiteError> {
    let Some(sealed) = store::communities(scope, site.id).await? else { return Ok(vec!["public".to_owned()]) };
    let place = Place { owner: site.account.get(), row: site.id.get() };
    let opened = key.open(&place, &sealed)?;
    let text = std::str::from_utf8(&opened).map_err(|_| crate::seal::SealError::Broken)?;
    Ok(text.split('\n').map(str::to_owned).collect())
}

fn seal(key: &SealingKey, site: &Site, communities: &[String]) -> Result<Option<Vec<u8>>, SiteError> {
    if communities.len() > 8 {
        return Err(invalid("communities", "at most 8"));
    }
    for (i, community) in communities.iter().enumerate() {
        if !(1..=64).contains(&community.len()) || line::check(community).is_err() {
            return Err(invalid(&format!("communities[{i}]"), "1 to 64 characters, none of them a control character"));
        }
    }
    if communities.is_empty() {
        return Ok(None);
    }
    let place = Place { owner: site.account.get(), row: site.id.get() };
    let text = Zeroizing::new(communities.join("\n"));
    Ok(Some(key.seal(&place, text.as_bytes())?))
}

fn invalid(field: &str, why: &str) -> SiteError {
    SiteError::Invalid { field: field.to_owned(), why: why.to_owned() }
}

fn name(text: &str) -> Result<String, SiteError> {
    let name = text.parse::<Name>().map_err(|error| invalid("name", error.detail()))?;
    Ok(name.into_string())
}

fn address(text: Option<String>) -> Result<Option<String>, SiteError> {
    let wrong = |error: LineError| invalid("address", error.detail());
    let address = text.map(|text| text.parse::<Address>()).transpose().map_err(wrong)?;
    Ok(address.map(Address::into_string))
}

fn ranges(texts: &[String]) -> Result<Vec<Range>, SiteError> {
    if texts.len() > 256 {
        return Err(invalid("ranges", "at most 256"));
    }
    texts
        .iter()
        .enumerate()
        .map(|(i, text)| text.trim().parse::<Range>().map_err(|e| invalid(&format!("ranges[{i}]"), &e.to_string())))
        .collect()
}

fn seconds(field: &str, value: u32, least: u32, most: u32) -> Result<u32, SiteError> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(invalid(field, &format!("{least} to {most}"))) }
}

/// What the audit keeps of a site: no secret, and no postal address.
fn told(site: &Site) -> Value {
    json!({
        "name": site.name,
        "ranges": site.ranges,
        "poll_seconds": site.poll_seconds,
        "sweep_seconds": site.sweep_seconds,
        "communities_set": site.communities_set,
    })
}
