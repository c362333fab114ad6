//! Time as something that is given, so that expiry can be tested without waiting.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
