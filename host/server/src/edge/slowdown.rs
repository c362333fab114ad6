//! Slows down guesses at one address, wherever they come from: ten may fail at once, then one a minute. It never
//! blocks: whoever waits as told is heard. Known and unknown addresses are treated alike, so that nothing is told
//! of either; an address is kept as the half of its SHA-256, and forgotten once it is fresh again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Problem;

/// So many failures at once.
const AT_ONCE: u32 = 10;
/// One more after each of these.
const PAUSE: Duration = Duration::from_secs(60);

/// Failures by what was guessed at.
#[derive(Debug, Default)]
pub struct Slowdown(Mutex<HashMap<Uuid, Bucket>>);

/// When it will be fresh again: [`PAUSE`] further for each failure.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    fresh_at: Instant,
}

impl Slowdown {
    /// What failures at an address are counted by, however it is written.
    #[must_use]
    pub fn key(address: &str) -> Uuid {
        let digest: [u8; 32] = Sha256::digest(address.trim().to_lowercase()).into();
        let half = digest.first_chunk::<16>().copied().unwrap_or_default();
        Uuid::from_bytes(half)
    }

    /// Counts an attempt before it is made, so that many at once are not looked at together.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub fn attempt(&self, key: Uuid) -> Result<(), Problem> {
        self.attempt_at(key, Instant::now()).map_err(|wait| Problem::rate_limited(wait.as_secs().saturating_add(1)))
    }

    /// Takes back an attempt that did not fail.
    pub fn succeeded(&self, key: Uuid) {
        if let Some(bucket) = self.buckets().get_mut(&key) {
            bucket.fresh_at = bucket.fresh_at.checked_sub(PAUSE).unwrap_or(bucket.fresh_at);
        }
    }

    /// Forgets what is fresh again; called now and then so that strangers cannot fill memory.
    pub fn forget_idle(&self) {
        let now = Instant::now();
        let mut buckets = self.buckets();
        buckets.retain(|_, bucket| bucket.fresh_at > now);
        buckets.shrink_to_fit();
    }

    fn attempt_at(&self, key: Uuid, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets();
        let bucket = buckets.entry(key).or_insert(Bucket { fresh_at: now });
        let fresh_at = bucket.fresh_at.max(now) + PAUSE;
        match fresh_at.duration_since(now).checked_sub(PAUSE * AT_ONCE) {
            Some(over) if !over.is_zero() => Err(over),
            _ => {
                bucket.fresh_at = fresh_at;
                Ok(())
            }
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Uuid, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_slow_down_and_are_never_blocked() {
        let (slowdown, now) = (Slowdown::default(), Instant::now());
        let (ann, ben) = (Slowdown::key("ann@example.org"), Slowdown::key("ben@example.org"));
        for _ in 0..AT_ONCE {
            slowdown.attempt_at(ann, now).expect("one of the first");
        }
        let wait = slowdown.attempt_at(ann, now).expect_err("too many");
        assert_eq!(wait, PAUSE);
        assert!(slowdown.attempt_at(ben, now).is_ok(), "another address");
        // a day of guesses, one a second: as many pass as there are minutes, and the one who waits is heard
        let passed = (1..=86_400).filter(|second| slowdown.attempt_at(ann, now + Duration::from_secs(*second)).is_ok());
        assert_eq!(passed.count(), 24 * 60);
        assert!(slowdown.attempt_at(ann, now + Duration::from_secs(86_400) + PAUSE).is_ok());
    }

    #[test]
    fn what_succeeds_does_not_count() {
        let (slowdown, now) = (Slowdown::default(), Instant::now());
        let key = Slowdown::key("ann@example.org");
        for _ in 0..100 {
            slowdown.attempt_at(key, now).expect("heard");
            slowdown.succeeded(key);
        }
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        assert_eq!(Slowdown::key(" Ann@Example.org"), Slowdown::key("ann@example.ORG "));
        assert_ne!(Slowdown::key("ann@example.org"), Slowdown::key("ben@example.org"));
    }
}
