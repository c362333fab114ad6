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

    const TWO: Quota = Quota { name: "two", per_minute: 2 };
    const THREE: Quota = Quota { name: "three", per_minute: 3 };

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
    fn idle_keys_are_forgotten() {
        let counters = Counters::default();
        counters.charge(&[on(Quota { name: "many", per_minute: 1_000_000 }, "a"), on(TWO, "b")]).expect("fresh");
        std::thread::sleep(std::time::Duration::from_millis(2));
        counters.forget_idle();
        let kept: Vec<String> = counters.whole_at.lock().expect("no panic").keys().cloned().collect();
        assert_eq!(kept, ["two:b"]);
    }
}
