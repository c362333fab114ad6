//! Rate limits: so many calls a minute of one source, credential, account or collector, with the headers that let a
//! good client slow down by itself (`RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers, and
//! `Retry-After`). Counted across all server processes where they share something.

use std::{fmt::Display, marker::PhantomData};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse as _, Response},
};

use super::Problem;
use crate::shared::{Charge, Exceeded, Left, Quota, Shared};

/// A limit of calls in a time, for each key its own.
#[derive(Debug)]
pub struct Limit<K> {
    quota: Quota,
    shared: Shared,
    of: PhantomData<fn(&K)>,
}

/// What is left to a caller, for the reply's headers.
#[derive(Debug, Clone)]
pub struct Remaining(Vec<Left>);

impl<K: Display> Limit<K> {
    /// A limit of calls a minute that replies call `name`.
    #[must_use]
    pub fn new(shared: Shared, name: &'static str, per_minute: u32) -> Self {
        Self::within(shared, Quota::new(name, per_minute, 60))
    }

    /// A limit by a quota.
    #[must_use]
    pub fn within(shared: Shared, quota: Quota) -> Self {
        Self { quota, shared, of: PhantomData }
    }

    /// What a call of this key is charged to.
    #[must_use]
    pub fn charge(&self, key: &K) -> Charge {
        Charge { quota: self.quota, key: format!("{}:{key}", self.quota.name) }
    }

    /// Counts one call.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub async fn count(&self, key: &K) -> Result<(), Problem> {
        self.shared.charge(&[self.charge(key)]).await.map(drop).map_err(|exceeded| problem(&exceeded))
    }

    /// Takes back a call that is not to count.
    pub async fn give_back(&self, key: &K) {
        self.shared.give_back(&self.charge(key)).await;
    }
}

/// Counts one call on several keys at once.
///
/// # Errors
/// The refusal, ready to be sent.
pub async fn count(shared: &Shared, charges: &[Charge]) -> Result<Remaining, Box<Response>> {
    shared.charge(charges).await.map(Remaining).map_err(|exceeded| {
        let mut response = problem(&exceeded).into_response();
        let quota = exceeded.quota;
        Remaining(vec![Left { quota, remaining: 0, reset_micros: exceeded.wait_micros }]).write(response.headers_mut());
        Box::new(response)
    })
}

fn problem(exceeded: &Exceeded) -> Problem {
    Problem::rate_limited(seconds(exceeded.wait_micros).max(1))
}

fn seconds(micros: u64) -> u64 {
    micros.div_ceil(1_000_000)
}

impl Remaining {
    /// Of the first key alone.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.0.truncate(1);
        self
    }

    /// With what is left of others.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Writes the headers: what each limit allows, what is left of it, and in how many seconds it is whole again (of one
    /// that is used up: until the next call).
    pub fn write(&self, headers: &mut HeaderMap) {
        let list = |item: fn(&Left) -> String| self.0.iter().map(item).collect::<Vec<_>>().join(", ");
        let policy =
            list(|left| format!("\"{}\";q={};w={}", left.quota.name, left.quota.calls(), left.quota.seconds()));
        let state =
            list(|left| format!("\"{}\";r={};t={}", left.quota.name, left.remaining, seconds(left.reset_micros)));
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
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
    fn headers_name_every_limit() {
        let left = |name, remaining, reset_micros| Left { quota: Quota::new(name, 10, 60), remaining, reset_micros };
        let mut headers = HeaderMap::new();
        Remaining(vec![left("calls", 9, 5_000_001), left("account", 3, 42_000_000)]).write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"calls\";q=10;w=60, \"account\";q=10;w=60");
        assert_eq!(headers["ratelimit"], "\"calls\";r=9;t=6, \"account\";r=3;t=42");
    }
}
