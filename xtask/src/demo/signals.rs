//! Ctrl-C and its like, as something to wait for. The signals are blocked in every thread and taken one at a time,
//! so no handler interrupts anything half done.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Result;
use nix::sys::signal::{SigSet, Signal};

/// The wish to end, once somebody has it.
pub struct Stop {
    /// Absent where the process ends as any other does.
    receiver: Option<Receiver<()>>,
}

impl Stop {
    /// From now on SIGINT, SIGTERM and SIGHUP end nothing by themselves. Call before any thread is started.
    pub fn listen() -> Result<Self> {
        let mut set = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            set.add(signal);
        }
        set.thread_block()?;
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            // The receiver is gone only when the process ends.
            while set.wait().is_ok() && sender.send(()).is_ok() {}
        });
        Ok(Self { receiver: Some(receiver) })
    }

    /// A wish that never comes: signals end the process at once.
    pub const fn never() -> Self {
        Self { receiver: None }
    }

    /// Waits this long; true if it is time to end.
    pub fn within(&self, time: Duration) -> bool {
        let Some(receiver) = &self.receiver else {
            std::thread::sleep(time);
            return false;
        };
        !matches!(receiver.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}
