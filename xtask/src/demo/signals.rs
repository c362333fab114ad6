//! Ctrl-C and its like, as something to wait for. A handler that only sets a flag, not a blocked signal: children
//! would inherit the block and could not be stopped either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::Signal;

/// How often the flag is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The wish to end, once somebody has it.
#[derive(Default)]
pub struct Stop {
    wanted: Arc<AtomicBool>,
}

impl Stop {
    /// From now on SIGINT, SIGTERM and SIGHUP end nothing by themselves.
    pub fn listen() -> Result<Self> {
        let stop = Self::default();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            signal_hook::flag::register(signal as i32, Arc::clone(&stop.wanted))?;
        }
        Ok(stop)
    }

    /// A wish that never comes: signals end the process at once.
    pub fn never() -> Self {
        Self::default()
    }

    /// Waits this long, or shorter where it is time to end: then true.
    pub fn within(&self, time: Duration) -> bool {
        let start = Instant::now();
        loop {
            if self.wanted.load(Ordering::Acquire) {
                return true;
            }
            let Some(left) = time.checked_sub(start.elapsed()) else { return false };
            std::thread::sleep(left.min(LOOK));
        }
    }
}
