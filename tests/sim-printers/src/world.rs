//! The clock of a simulated world: real time multiplied by a speed, or time that a test moves by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Simulated time since the world began. Clones share the same time.
#[derive(Debug, Clone)]
pub struct World {
    clock: Clock,
}

#[derive(Debug, Clone)]
enum Clock {
    Real { began: Instant, speed: f64 },
    Manual(Arc<AtomicU64>),
}

impl World {
    /// Time passes `speed` times as fast as in reality; a speed that is not positive and finite counts as 1.
    #[must_use]
    pub fn real(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { clock: Clock::Real { began: Instant::now(), speed } }
    }

    /// Time stands still until [`Self::advance`] moves it.
    #[must_use]
    pub fn manual() -> Self {
        Self { clock: Clock::Manual(Arc::default()) }
    }

    /// Simulated time since the beginning.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.clock {
            Clock::Real { began, speed } => began.elapsed().mul_f64(*speed),
            Clock::Manual(millis) => Duration::from_millis(millis.load(Ordering::Acquire)),
        }
    }

    /// Moves a manual world's time forward; a real one moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Clock::Manual(millis) = &self.clock {
            millis.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::AcqRel);
        }
    }
}
