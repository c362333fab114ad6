//! One-time tokens: made for a site, listed and revoked while they wait, and asked for when somebody presents one.

mod store;

use bailiwick_store::{Capped, Scope, Store};
use bailiwick_text::Name;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{CollectorError, NewToken, OpenToken, Presented, secret};
use crate::{
    CollectorTokenId, Cursor, Page, PageRequest, SiteId,
    journal::{self, Object},
    page::Key,
    sites,
};

pub(super) use store::consume;

/// How long a one-time token can be used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// Makes a one-time token for a site of the scope. It is written under the site's account, to which the scope
/// is bound from here on.
///
/// # Errors
/// [`CollectorError::Site`] where there is no such site, [`CollectorError::Invalid`] for the name;
/// [`CollectorError::Store`] where as many wait as can.
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
    scope.room_for(Capped::Enrollments).await?;
    let (token, hash) = secret::make(secret::TOKEN)?;
    let id = CollectorTokenId::new();
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
    store::insert(scope, &store::NewRow { id, site: site.id, name, hash: &hash, created_at: now, expires_at }).await?;
    let after = json!({ "site": site.id, "name": name, "expires_at": expires_at });
    journal::record(scope, "collector.token_created", Object::of("collector_token", id), None, Some(after)).await?;
    Ok(NewToken { id, token, expires_at })
}

/// The tokens of the scope (with its subtree) that wait to be used, the newest first; never the tokens themselves.
///
/// # Errors
/// [`CollectorError::Store`].
pub async fn tokens(scope: &mut Scope, page: &PageRequest, now: Timestamp) -> Result<Page<OpenToken>, CollectorError> {
    let after = page.after().map(|cursor| cursor.id);
    let rows = store::open(scope, after, page.probe(), now).await?;
    // ids rise with the time of their making
    Ok(page.page(rows, |token: &OpenToken| Cursor { key: Key::Integer(0), id: token.id.get() }))
}

/// Makes a token worth nothing.
///
/// # Errors
/// [`CollectorError::NotFound`] where none of this id waits.
pub async fn revoke_token(scope: &mut Scope, id: CollectorTokenId, now: Timestamp) -> Result<(), CollectorError> {
    let account = store::account_of(scope, id).await?.ok_or(CollectorError::NotFound)?;
    scope.bind(account).await?;
    let name = store::revoke(scope, id, now).await?.ok_or(CollectorError::NotFound)?;
    let object = Object::of("collector_token", id).named(&name);
    Ok(journal::record(scope, "collector.token_revoked", object, None, None).await?)
}

/// What a token that somebody presents is for, and who must still be allowed to enroll collectors there.
///
/// # Errors
/// [`CollectorError::UnknownToken`], [`CollectorError::ExpiredToken`], [`CollectorError::Suspended`].
pub async fn presented(store: &Store, token: &str) -> Result<Presented, CollectorError> {
    let hash = secret::hash(secret::TOKEN, token).ok_or(CollectorError::UnknownToken)?;
    let known = store::find(&mut store.door().await?, &hash).await?.ok_or(CollectorError::UnknownToken)?;
    let made_by = known.made_by.as_deref().and_then(|actor| actor.parse().ok());
    let made_by = made_by.filter(|_| !known.ended).ok_or(CollectorError::UnknownToken)?;
    if known.expires_at.0 <= store.now() {
        return Err(CollectorError::ExpiredToken);
    }
    if known.suspended {
        return Err(CollectorError::Suspended);
    }
    Ok(Presented { account: known.tenant_id, made_by, id: known.id })
}
