//! A driver that keeps trapping is paused, for the account in which it traps.
//!
//! For that account alone: a trap can be provoked by what a device sends, and one account's device
//! must not be able to stop a driver for all the others.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime},
};

use crate::{AccountTag, PauseRule};

/// Accounts with recent traps that are remembered for one driver.
const MAX_ACCOUNTS: usize = 10_000;

/// Since when a driver is paused for an account, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: SystemTime,
    /// The traps that led to it.
    pub traps: u32,
}

/// One driver's recent traps by account.
#[derive(Debug)]
pub(crate) struct Pauses {
    rule: PauseRule,
    accounts: Mutex<HashMap<AccountTag, Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    traps: VecDeque<Instant>,
    paused: Option<(Instant, Pause)>,
}

impl Pauses {
    pub(crate) fn new(rule: PauseRule) -> Self {
        Self { rule, accounts: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountTag, Recent>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a trap; whether it pauses the driver for this account now.
    pub(crate) fn trapped(&self, account: AccountTag, now: Instant) -> bool {
        let mut accounts = self.lock();
        if accounts.len() >= MAX_ACCOUNTS && !accounts.contains_key(&account) {
            accounts.retain(|_, recent| {
                recent.paused.is_some()
                    || recent.traps.back().is_some_and(|t| now.duration_since(*t) < self.rule.window)
            });
        }
        let recent = accounts.entry(account).or_default();
        recent.traps.push_back(now);
        while recent.traps.front().is_some_and(|t| now.duration_since(*t) >= self.rule.window) {
            recent.traps.pop_front();
        }
        let traps = u32::try_from(recent.traps.len()).unwrap_or(u32::MAX);
        if traps < self.rule.traps || recent.paused.is_some() {
            return false;
        }
        recent.traps.clear();
        recent.paused = Some((now, Pause { since: SystemTime::now(), traps }));
        true
    }

    /// The pause that holds for an account; one that has lasted long enough ends here.
    pub(crate) fn of(&self, account: AccountTag, now: Instant) -> Option<Pause> {
        let mut accounts = self.lock();
        let (at, pause) = accounts.get(&account)?.paused?;
        if now.duration_since(at) >= self.rule.hold {
            accounts.remove(&account);
            return None;
        }
        Some(pause)
    }

    pub(crate) fn resume(&self, account: AccountTag) -> bool {
        self.lock().remove(&account).is_some_and(|recent| recent.paused.is_some())
    }

    pub(crate) fn all(&self, now: Instant) -> Vec<(AccountTag, Pause)> {
        let holds = |at: &Instant| now.duration_since(*at) < self.rule.hold;
        let accounts = self.lock();
        accounts
            .iter()
            .filter_map(|(a, r)| r.paused.filter(|(at, _)| holds(at)).map(|(_, pause)| (*a, pause)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn traps_within_the_window_pause_one_account_until_time_or_somebody_resumes_it() {
        let rule = PauseRule { traps: 3, window: Duration::from_secs(10), hold: Duration::from_secs(60) };
        let (pauses, start) = (Pauses::new(rule), Instant::now());
        let at = |s| start + Duration::from_secs(s);
        let (a, b) = (AccountTag(Uuid::from_u128(1)), AccountTag(Uuid::from_u128(2)));
        assert!(!pauses.trapped(a, at(0)) && !pauses.trapped(a, at(1)));
        assert!(!pauses.trapped(a, at(10)), "the first is out of the window");
        assert!(pauses.trapped(a, at(10)));
        assert_eq!(pauses.of(a, at(11)).map(|p| p.traps), Some(3));
        assert_eq!(pauses.of(b, at(11)), None, "another account goes on");
        assert_eq!(pauses.all(at(11)).len(), 1);
        assert_eq!(pauses.of(a, at(70)), None, "it has held long enough");
        for _ in 0..3 {
            pauses.trapped(b, at(80));
        }
        assert!(pauses.of(b, at(80)).is_some());
        assert!(pauses.resume(b) && !pauses.resume(b));
        assert_eq!(pauses.of(b, at(80)), None);
    }
}
