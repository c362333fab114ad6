//! Configurations and keys, kept for a while: bounded in number and time, an account's own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bailiwick_store::AccountId;

use crate::metadata::Metadata;

/// How long a configuration with its keys is believed.
const LIFE: Duration = Duration::from_secs(60 * 60);
/// Keys that are not known are looked for again no sooner: a stranger's token must not make the server fetch.
const KEYS_AGAIN: Duration = Duration::from_secs(60);
/// So many are kept; then the oldest goes.
const MOST: usize = 1_000;

type Key = (AccountId, String);

#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<Key, (Instant, Metadata)>>);

impl Cache {
    pub(crate) fn find(&self, account: AccountId, issuer: &str) -> Option<Metadata> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, metadata) = kept.get(&(account, issuer.to_owned()))?;
        (at.elapsed() < LIFE).then(|| metadata.clone())
    }

    pub(crate) fn keep(&self, account: AccountId, issuer: &str, metadata: Metadata) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (at, _)| at.elapsed() < LIFE);
        if kept.len() >= MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert((account, issuer.to_owned()), (Instant::now(), metadata));
    }

    /// Forgets what is old enough to be fetched again; false where it is not.
    pub(crate) fn renew(&self, account: AccountId, issuer: &str) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, issuer.to_owned());
        let old = kept.get(&key).is_some_and(|(at, _)| at.elapsed() >= KEYS_AGAIN);
        if old {
            kept.remove(&key);
        }
        old
    }
}
