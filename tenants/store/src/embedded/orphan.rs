//! A server left over from an earlier run. After a kill -9 of the platform the kernel has told it to stop, and
//! it is usually a fraction of a second from done; one that stays is told again, then made to.

use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::error::EmbeddedError;

const STEP: Duration = Duration::from_millis(20);

/// Returns when no server runs on `cluster`.
pub(super) fn wait_or_stop(cluster: &Path) -> Result<(), EmbeddedError> {
    let Some(pid) = running_on(cluster) else { return Ok(()) };
    tracing::warn!(pid = pid.as_raw(), "a database server of an earlier run is still there; stopping it");
    for (signal, patience) in [(Signal::SIGINT, 15), (Signal::SIGQUIT, 5)] {
        match kill(pid, signal) {
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(_) => break,
        }
        let until = Instant::now() + Duration::from_secs(patience);
        while Instant::now() < until {
            if running_on(cluster) != Some(pid) {
                return Ok(());
            }
            std::thread::sleep(STEP);
        }
    }
    Err(EmbeddedError::Orphan { folder: cluster.to_owned(), pid: pid.as_raw() })
}

/// The server's process, if it lives: `postmaster.pid` names it, and its working directory is the cluster, so
/// that a process which merely got the same number is left alone.
fn running_on(cluster: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    let works_in = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    (works_in == cluster).then(|| Pid::from_raw(pid))
}
