//! Which collector is given its site's secrets.
//!
//! Whoever runs a collector can read what it is given. So somebody who may write a site's secrets answers for each of
//! its collectors: whoever made its token, or who vouched for it since. A version of the secrets that the collector has
//! not had is given while that actor may still write them, which the caller asks each time. A version that it had, it is
//! given again: its host knows it. A collector for which nobody answers any more is given none of a later version, is
//! shown as such, and gets it once somebody vouches for the collector.

use bailiwick_store::{Actor, CollectorId, Scope};
use jiff::Timestamp;

use super::{Authenticated, CollectorError, service::bind, store};
use crate::{
    journal::{self, Object},
    seal::SealingKey,
    sites::{self, Site},
};

/// Whether a collector is to be given its site's secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secrets {
    /// It is: there are none, or it had them already.
    Given,
    /// Where this actor may write them.
    IfMayWrite(Actor),
    /// It is not: nobody answers for it.
    Withheld,
}

/// Whether the collector is to be given its site's secrets, as far as is known without asking what an actor may do.
///
/// # Errors
/// [`CollectorError::NotFound`] where the collector is gone.
pub async fn secrets(scope: &mut Scope, who: &Authenticated) -> Result<Secrets, CollectorError> {
    let found = store::secrets(scope, who.collector).await?.ok_or(CollectorError::NotFound)?;
    if found.known {
        return Ok(Secrets::Given);
    }
    let voucher = found.vouched_by.as_deref().and_then(|actor| actor.parse().ok());
    Ok(voucher.map_or(Secrets::Withheld, Secrets::IfMayWrite))
}

/// Has the scope's actor answer for a collector from now on.
///
/// # Errors
/// [`CollectorError::NotFound`], also for one that was revoked.
pub async fn vouch(scope: &mut Scope, id: CollectorId) -> Result<(), CollectorError> {
    bind(scope, id).await?;
    if !store::vouch(scope, id).await? {
        return Err(CollectorError::NotFound);
    }
    Ok(journal::record(scope, "collector.vouched", Object::of("collector", id), None, None).await?)
}

/// The communities that the collector is given, and what is noted of that: the version that it has from now on, or that
/// they were withheld.
pub(super) async fn communities(
    scope: &mut Scope,
    key: &SealingKey,
    who: &Authenticated,
    site: &Site,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<Vec<String>, CollectorError> {
    match secrets {
        Secrets::Given => {
            store::given(scope, who.collector).await?;
            Ok(sites::communities(scope, key, site).await?)
        }
        Secrets::IfMayWrite(_) | Secrets::Withheld => {
            if store::withheld(scope, who.collector, now).await? {
                let object = Object::of("collector", who.collector);
                journal::record(scope, "collector.secrets_withheld", object, None, None).await?;
            }
            Ok(Vec::new())
        }
    }
}
