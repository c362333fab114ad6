//! Rate limits within this process: all there is without Redis, and what counts while Redis is away.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use super::{Charge, Exceeded, Left};

/// When each key's quota is whole again, in microseconds since the start.
#[derive(Debug)]
pub(super) struct Counters {
    start: Instant,
    whole_at: Mutex<HashMap<String, u64>>,
}

impl Default for Counters {
    fn default() -> Self {
        Self { start: Instant::now(), whole_at: Mutex::default() }
    }
}

impl Counters {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn charge(&self, charges: &[Charge]) -> Result<Vec<Left>, Exceeded> {
        self.charge_at(charges, self.now())
    }

    /// Charges all or none.
    fn charge_at(&self, charges: &[Charge], now: u64) -> Result<Vec<Left>, Exceeded> {
        // every change to the map is one call, so that a panic elsewhere does not spoil it
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::with_capacity(charges.len());
        for charge in charges {
            taken.push(charge.quota.take(whole_at.get(&charge.key).copied(), now)?);
        }
        for (charge, (next, _)) in charges.iter().zip(&taken) {
            whole_at.insert(charge.key.clone(), *next);
        }
        drop(whole_at);
        Ok(taken.into_iter().map(|(_, left)| left).collect())
    }

    /// Gives one call back.
    pub(super) fn give_back(&self, charge: &Charge) {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = whole_at.get_mut(&charge.key) {
            *at = at.saturating_sub(charge.quota.interval());
        }
    }

    /// Forgets keys whose quota is whole, so that strangers cannot fill memory.
    pub(super) fn forget_idle(&self) {
        let now = self.now();
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        whole_at.retain(|_, at| *at > now);
        whole_at.shrink_to_fit();
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
        let kept: Vec<String> = counters.whole_at.lock().expect("no panic").keys().cloned().collect();
        assert_eq!(kept, ["two:b"]);
    }
}
