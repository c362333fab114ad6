//! Rate limits within this process: all there is without Redis, and what counts while Redis is away.

use std::{
    collections::HashMap,
    hash::{Hash as _, Hasher as _},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Charge, Exceeded, Left, quota::Quota};

/// Keys that are counted one by one, some 30 MB. Callers choose what keys are made of (addresses, networks): further ones
/// share a number.
const MOST: usize = 200_000;
/// Among so many numbers, for each quota.
const SHARED: u64 = 1_024;
/// How often the map is searched for keys to forget when it is full.
const SEARCH: Duration = Duration::from_secs(1);

/// When each key's quota is whole again, in microseconds since the start.
#[derive(Debug)]
pub(super) struct Counters {
    start: Instant,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    whole_at: HashMap<String, u64>,
    /// At most as many as there are quotas and shared numbers.
    shared: HashMap<(&'static str, u64), u64>,
    searched: u64,
}

/// Where a key is counted.
enum Slot {
    Own(String),
    Shared(&'static str, u64),
}

impl Default for Counters {
    fn default() -> Self {
        Self::of_at_most(MOST)
    }
}

impl Kept {
    fn at(&self, slot: &Slot) -> Option<u64> {
        match slot {
            Slot::Own(key) => self.whole_at.get(key).copied(),
            Slot::Shared(quota, number) => self.shared.get(&(*quota, *number)).copied(),
        }
    }

    fn set(&mut self, slot: Slot, at: u64) {
        match slot {
            Slot::Own(key) => self.whole_at.insert(key, at),
            Slot::Shared(quota, number) => self.shared.insert((quota, number), at),
        };
    }

    fn forget(&mut self, now: u64) {
        self.whole_at.retain(|_, at| *at > now);
        self.whole_at.shrink_to_fit();
        self.shared.retain(|_, at| *at > now);
    }
}

/// Which shared number a key has.
fn shared(quota: Quota, key: &str) -> Slot {
    let mut hasher = std::hash::DefaultHasher::new();
    key.hash(&mut hasher);
    Slot::Shared(quota.name, hasher.finish() % SHARED)
}

impl Counters {
    fn of_at_most(most: usize) -> Self {
        Self { start: Instant::now(), most, kept: Mutex::default() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // every change is one call, so that a panic elsewhere does not spoil it
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn charge(&self, charges: &[Charge]) -> Result<Vec<Left>, Exceeded> {
        self.charge_at(charges, self.now())
    }

    /// Charges all or none.
    fn charge_at(&self, charges: &[Charge], now: u64) -> Result<Vec<Left>, Exceeded> {
        let mut kept = self.kept();
        if kept.whole_at.len() + charges.len() > self.most
            && (now.saturating_sub(kept.searched)) >= u64::try_from(SEARCH.as_micros()).unwrap_or(u64::MAX)
        {
            kept.searched = now;
            kept.forget(now);
        }
        let full = kept.whole_at.len() + charges.len() > self.most;
        let mut taken = Vec::with_capacity(charges.len());
        for charge in charges {
            let slot = if full && !kept.whole_at.contains_key(&charge.key) {
                shared(charge.quota, &charge.key)
            } else {
                Slot::Own(charge.key.clone())
            };
            let (next, left) = charge.quota.take(kept.at(&slot), now)?;
            taken.push((slot, next, left));
        }
        let left = taken.into_iter().map(|(slot, next, left)| {
            kept.set(slot, next);
            left
        });
        Ok(left.collect())
    }

    /// Gives one call back.
    pub(super) fn give_back(&self, charge: &Charge) {
        let mut kept = self.kept();
        let own = kept.whole_at.contains_key(&charge.key);
        let slot = if own { Slot::Own(charge.key.clone()) } else { shared(charge.quota, &charge.key) };
        if let Some(at) = kept.at(&slot) {
            kept.set(slot, at.saturating_sub(charge.quota.interval()));
        }
    }

    /// Forgets keys whose quota is whole, so that strangers cannot fill memory.
    pub(super) fn forget_idle(&self) {
        self.kept().forget(self.now());
    }
}

#[cfg(test)]
mod tests {
    use super::super::Quota;
    use super::*;

    const TWO: Quota = Quota::new("two", 2, 60);
    const THREE: Quota = Quota::new("three", 3, 60);

    fn on(quota: Quota, key: &str) -> Charge {
        Charge { quota, key: format!("{}:{key}", quota.name) }
    }

    #[test]
    fn each_key_has_its_own_quota_and_gets_it_back() {
        let counters = Counters::default();
        let take = |key: &str, now| counters.charge_at(&[on(TWO, key)], now).map(|left| left[0].remaining);
        assert_eq!((take("a", 0), take("a", 0)), (Ok(1), Ok(0)));
        assert_eq!(take("a", 0), Err(Exceeded { quota: TWO, wait_micros: 30_000_000 }));
        assert_eq!(take("b", 0), Ok(1));
        assert_eq!(take("a", 30_000_000), Ok(0));
        assert_eq!(take("a", 120_000_000), Ok(1), "never more than the quota");
    }

    #[test]
    fn a_refused_call_is_charged_to_nobody() {
        let counters = Counters::default();
        let both = [on(THREE, "a"), on(TWO, "b")];
        assert_eq!(counters.charge_at(&both, 0).map(|left| (left[0].remaining, left[1].remaining)), Ok((2, 1)));
        counters.charge_at(&both, 0).expect("the second");
        assert_eq!(counters.charge_at(&both, 0).expect_err("the third").quota, TWO);
        assert_eq!(counters.charge_at(&both[..1], 0).map(|left| left[0].remaining), Ok(0), "one was left of three");
    }

    #[test]
    fn what_is_given_back_was_not_used() {
        let counters = Counters::default();
        for _ in 0..100 {
            counters.charge_at(&[on(TWO, "a")], 0).expect("heard");
            counters.give_back(&on(TWO, "a"));
        }
        counters.give_back(&on(TWO, "nobody"));
        assert_eq!(counters.charge_at(&[on(TWO, "a")], 0).map(|left| left[0].remaining), Ok(1));
    }

    /// A day of guesses, one a second: as many pass as there are minutes, and the one who waits as told is heard.
    #[test]
    fn a_slow_quota_slows_down_and_never_blocks() {
        let (counters, slow, second) = (Counters::default(), Quota::new("slow", 10, 600), 1_000_000);
        let passes = |now| counters.charge_at(&[on(slow, "ann")], now);
        assert_eq!((0..10).filter(|_| passes(0).is_ok()).count(), 10);
        assert_eq!(passes(0), Err(Exceeded { quota: slow, wait_micros: 60 * second }));
        assert_eq!((1..=86_400).filter(|at| passes(at * second).is_ok()).count(), 24 * 60);
        assert!(passes((86_400 + 60) * second).is_ok());
    }

    #[test]
    fn idle_keys_are_forgotten() {
        let counters = Counters::default();
        counters.charge(&[on(Quota::new("many", 1_000_000, 60), "a"), on(TWO, "b")]).expect("fresh");
        std::thread::sleep(std::time::Duration::from_millis(2));
        counters.forget_idle();
        let kept: Vec<String> = counters.kept().whole_at.keys().cloned().collect();
        assert_eq!(kept, ["two:b"]);
    }

    #[test]
    fn keys_beyond_the_most_share_numbers_and_are_limited_all_the_same() {
        let counters = Counters::of_at_most(10);
        for n in 0..10 {
            counters.charge_at(&[on(TWO, &n.to_string())], 0).expect("heard");
        }
        let heard = (0..10_000).filter(|n| counters.charge_at(&[on(TWO, &format!("x{n}"))], 0).is_ok()).count();
        assert!((1..=2 * SHARED as usize).contains(&heard), "{heard}");
        assert!(counters.charge_at(&[on(TWO, "3")], 0).is_ok(), "who was there keeps its own number");
        let kept = counters.kept();
        assert!(kept.whole_at.len() == 10 && kept.shared.len() <= SHARED as usize);
        drop(kept);
        let later = 200_000_000;
        assert!(counters.charge_at(&[on(TWO, "y")], later).is_ok());
        let kept = counters.kept();
        assert_eq!((kept.whole_at.len(), kept.shared.len()), (1, 0), "idle keys make room");
    }
}
