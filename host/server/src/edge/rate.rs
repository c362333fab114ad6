//! Rate limits: so many calls a minute of one source, credential or collector, with the headers that
//! let a good client slow down by itself (`RateLimit`, `RateLimit-Policy`).

use std::{hash::Hash, num::NonZeroU32, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};

use super::Problem;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// A limit of calls a minute, for each key its own.
pub struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: NonZeroU32,
    clock: DefaultClock,
    limiter: Arc<Keyed<K>>,
}

/// What is left to a caller, for the reply's headers.
#[derive(Debug, Clone, Copy)]
pub struct Remaining {
    name: &'static str,
    quota: u32,
    remaining: u32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// A limit that replies call `name`.
    #[must_use]
    pub fn new(name: &'static str, per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self { name, per_minute, clock: DefaultClock::default(), limiter: Arc::new(limiter) }
    }

    /// Counts one call.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub fn count(&self, key: &K) -> Result<Remaining, Problem> {
        match self.limiter.check_key(key) {
            Ok(snapshot) => Ok(Remaining {
                name: self.name,
                quota: self.per_minute.get(),
                remaining: snapshot.remaining_burst_capacity(),
            }),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                Err(Problem::rate_limited(wait.as_secs().saturating_add(1)))
            }
        }
    }

    /// Forgets keys that are fresh again; called now and then so that strangers cannot fill memory.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl Remaining {
    /// Writes the headers (draft-ietf-httpapi-ratelimit-headers).
    pub fn write(self, headers: &mut HeaderMap) {
        let Self { name, quota, remaining } = self;
        let reset = if remaining >= quota { 0 } else { 60 / quota.max(1) + 1 };
        let pairs = [
            ("ratelimit-policy", format!("\"{name}\";q={quota};w=60")),
            ("ratelimit", format!("\"{name}\";r={remaining};t={reset}")),
        ];
        for (name, value) in pairs {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_quota() {
        let limit = Limit::new("test", 2);
        assert_eq!(limit.count(&1).expect("first").remaining, 1);
        assert_eq!(limit.count(&1).expect("second").remaining, 0);
        assert_eq!(limit.count(&1).expect_err("third").code(), "rate_limited");
        assert!(limit.count(&2).is_ok());
    }
}
