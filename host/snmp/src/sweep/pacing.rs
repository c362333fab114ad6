//! How fast a sweep sends: so many packets a second, in small bursts, and never faster to make up for a delay.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use super::at_least_one;
use crate::ranges::Ranges;

/// The speed of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    packets_per_second: NonZeroU32,
    burst: NonZeroU32,
}

impl Pacing {
    /// This many packets a second, sent in bursts of this many; zero counts as one.
    #[must_use]
    pub fn new(packets_per_second: u32, burst: u32) -> Self {
        Self { packets_per_second: at_least_one(packets_per_second), burst: at_least_one(burst) }
    }

    /// 2,000 a second on a network, where each address first costs a broadcast to resolve it; 40,000 where nothing
    /// leaves this machine.
    #[must_use]
    pub fn for_ranges(ranges: &Ranges) -> Self {
        if ranges.iter().all(|address| address.is_loopback()) { Self::new(40_000, 64) } else { Self::new(2_000, 16) }
    }
}

/// Holds a sender to its pacing.
pub(super) struct Pacer {
    pacing: Pacing,
    in_burst: u32,
    next: Instant,
}

impl Pacer {
    pub(super) fn new(pacing: Pacing) -> Self {
        Self { pacing, in_burst: 0, next: Instant::now() }
    }

    /// Called after each packet: tells how long to wait before the next.
    pub(super) fn pause(&mut self, now: Instant) -> Option<Duration> {
        self.in_burst += 1;
        if self.in_burst < self.pacing.burst.get() {
            return None;
        }
        self.in_burst = 0;
        let burst = Duration::from_secs(1) * self.pacing.burst.get() / self.pacing.packets_per_second.get();
        // A sender that was held up goes on at its pace: what it could not send then would overflow a buffer now. A
        // burst's worth of delay is made up for, as sleeping is never exact.
        self.next = (self.next + burst).max(now.checked_sub(burst * 4).unwrap_or(now));
        self.next.checked_duration_since(now).filter(|pause| !pause.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_what_it_should_and_no_delay_is_made_up_for() {
        let mut pacer = Pacer::new(Pacing::new(1000, 10));
        let start = pacer.next;
        let mut now = start;
        let mut sent = 0;
        while now < start + Duration::from_secs(1) {
            sent += 1;
            now += pacer.pause(now).unwrap_or_default();
        }
        assert!((990..=1010).contains(&sent), "{sent}");

        now += Duration::from_secs(5);
        let (resumed, mut at_once) = (now, 0);
        while now < resumed + Duration::from_millis(10) {
            at_once += 1;
            now += pacer.pause(now).unwrap_or_default();
        }
        assert!(at_once <= 60, "{at_once}");
    }
}
