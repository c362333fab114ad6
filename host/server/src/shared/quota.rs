//! The arithmetic of rate limits: the generic cell rate algorithm, the same here and in Redis.
//!
//! A key has one number, the time at which its whole quota is back. A call moves it by one interval; where that
//! would lie further ahead than the whole quota, the call is refused and nothing is moved.

/// So many calls in a time, all of which may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What replies call it.
    pub name: &'static str,
    calls: u32,
    seconds: u32,
}

/// A key that a call is charged to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its quota.
    pub quota: Quota,
    /// Whose, unique within the quota.
    pub key: String,
}

/// What is left of a quota after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub quota: Quota,
    /// Calls that may follow at once.
    pub remaining: u32,
    /// Until the whole quota is back.
    pub reset_micros: u64,
}

/// A quota that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Which.
    pub quota: Quota,
    /// Until one more call is let through.
    pub wait_micros: u64,
}

impl Quota {
    /// The most calls that anybody can use; the interval of more would be none.
    const MOST: u32 = 1_000_000;

    /// So many calls in so many seconds, of both at least one.
    #[must_use]
    pub const fn new(name: &'static str, calls: u32, seconds: u32) -> Self {
        let calls = if calls == 0 {
            1
        } else if calls > Self::MOST {
            Self::MOST
        } else {
            calls
        };
        Self { name, calls, seconds: if seconds == 0 { 1 } else { seconds } }
    }

    /// Microseconds for each call.
    #[must_use]
    pub fn interval(self) -> u64 {
        u64::from(self.seconds) * 1_000_000 / u64::from(self.calls)
    }

    /// Calls that may come at once.
    #[must_use]
    pub fn calls(self) -> u32 {
        self.calls
    }

    /// The time in which so many come back.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.seconds
    }

    /// One call at `now`, where the quota is whole again at `whole_at`: the new time of that, and what is left.
    pub(super) fn take(self, whole_at: Option<u64>, now: u64) -> Result<(u64, Left), Exceeded> {
        let next = whole_at.unwrap_or(now).max(now).saturating_add(self.interval());
        let ahead = next.saturating_sub(now);
        let most = self.interval().saturating_mul(u64::from(self.calls()));
        match most.checked_sub(ahead) {
            Some(spare) => {
                let remaining = u32::try_from(spare / self.interval()).unwrap_or(u32::MAX);
                Ok((next, Left { quota: self, remaining, reset_micros: ahead }))
            }
            None => Err(Exceeded { quota: self, wait_micros: ahead.saturating_sub(most) }),
        }
    }
}
