//! Who proved to be whom a moment ago, so that a busy portal does not cost a look into the database for each call.
//!
//! It never leaves the process: Redis carries only the word that it is to be forgotten. A proof is believed for three
//! seconds at most, whatever words were lost; and not at all where it was begun before the last such word.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bailiwick_access::{Principal, Via};
use jiff::Timestamp;

use crate::events::Concern;

/// How long a proof is believed.
const LIFE: Duration = Duration::from_secs(3);
/// More are not kept: then all are forgotten.
const MOST: usize = 20_000;

/// SHA-256 of a credential: the secret itself is not kept.
pub type Print = [u8; 32];

#[derive(Debug, Default)]
pub(super) struct Proven(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    epoch: u64,
    by_print: HashMap<Print, Entry>,
}

impl Entries {
    fn now(&self) -> Epoch {
        Epoch { number: self.epoch, began: Instant::now() }
    }
}

#[derive(Debug)]
struct Entry {
    principal: Principal,
    made: Instant,
    /// By the store's clock, which decides on every expiry.
    at: Timestamp,
}

/// When a proof began, and which word of forgetting was the last then.
#[derive(Debug, Clone, Copy)]
pub struct Epoch {
    number: u64,
    began: Instant,
}

impl Proven {
    pub(super) fn find(&self, print: &Print, now: Timestamp) -> Result<Principal, Epoch> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |entry: &&Entry| {
            let by_clock = now.duration_since(entry.at).unsigned_abs();
            let over = matches!(entry.principal.via(), Via::Session { expires_at, .. } if now >= expires_at);
            entry.made.elapsed() < LIFE && by_clock < LIFE && !over
        };
        let found = entries.by_print.get(print).filter(fresh).map(|entry| entry.principal.clone());
        found.ok_or_else(|| entries.now())
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now()
    }

    pub(super) fn keep(&self, print: Print, since: Epoch, principal: Principal, now: Timestamp) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.epoch != since.number {
            return;
        }
        if entries.by_print.len() >= MOST {
            entries.by_print.clear();
        }
        entries.by_print.insert(print, Entry { principal, made: since.began, at: now });
    }

    /// Forgets those whose rights may have changed. What is being proven meanwhile, whoever it is, is not kept.
    pub(super) fn forget(&self, concern: &Concern) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.epoch = entries.epoch.wrapping_add(1);
        entries.by_print.retain(|_, entry| !concerns(concern, &entry.principal));
    }

    pub(super) fn forget_idle(&self) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.by_print.retain(|_, entry| entry.made.elapsed() < LIFE);
    }
}

fn concerns(concern: &Concern, who: &Principal) -> bool {
    match concern {
        Concern::Operator(operator) => who.operator() == Some(*operator),
        Concern::Everyone | Concern::Place(_) => {
            who.held().is_empty() || who.held().iter().any(|held| concern.is_at(&held.lineage))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_proof_is_believed_for_three_seconds_and_until_the_next_word() {
        let (proven, now) = (Proven::default(), Timestamp::now());
        let since = proven.find(&[1; 32], now).expect_err("nothing yet");
        proven.keep([1; 32], since, Principal::system("test"), now);
        assert!(proven.find(&[1; 32], now).is_ok());
        assert!(proven.find(&[2; 32], now).is_err(), "another credential");
        assert!(proven.find(&[1; 32], now + SignedDuration::from_secs(3)).is_err(), "too old");
        proven.forget(&Concern::Everyone);
        assert!(proven.find(&[1; 32], now).is_err());
    }

    #[test]
    fn a_word_about_others_leaves_a_proof_as_it_is() {
        let (proven, now) = (Proven::default(), Timestamp::now());
        let since = proven.find(&[1; 32], now).expect_err("nothing yet");
        // holds a role on the root
        proven.keep([1; 32], since, Principal::system("test"), now);
        proven.forget(&Concern::Operator(bailiwick_store::OperatorId::new()));
        assert!(proven.find(&[1; 32], now).is_ok());
        proven.forget(&Concern::Place("/aaaa/".parse().expect("a lineage")));
        assert!(proven.find(&[1; 32], now).is_err(), "it may reach there");
    }

    #[test]
    fn a_proof_begun_before_the_word_is_not_kept() {
        let (proven, now) = (Proven::default(), Timestamp::now());
        let before = proven.find(&[1; 32], now).expect_err("nothing yet");
        proven.forget(&Concern::Everyone);
        proven.keep([1; 32], before, Principal::system("test"), now);
        assert!(proven.find(&[1; 32], now).is_err());
    }
}
