//! Child processes of the demo: each writes a log of its own, dies with xtask whatever happens to that, and is
//! stopped in the reverse order of its start.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::exec;

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(15);

/// The running processes, in the order of their start.
pub struct Processes {
    logs: PathBuf,
    running: Vec<Process>,
}

struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Processes {
    /// None yet; logs go to this folder.
    pub fn new(logs: PathBuf) -> Result<Self> {
        fs::create_dir_all(&logs).with_context(|| format!("could not create {}", logs.display()))?;
        Ok(Self { logs, running: Vec::new() })
    }

    /// Starts a program. Its group is its own, so that Ctrl-C in the terminal reaches xtask alone, which stops the
    /// others in order; `setpriv` has the kernel stop it should xtask be killed.
    pub fn start(&mut self, name: &str, program: &Path, prepare: impl FnOnce(&mut Command)) -> Result<()> {
        use std::os::unix::process::CommandExt as _;
        let log = self.logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("could not create {}", log.display()))?;
        let mut command = if exec::found("setpriv") {
            let mut command = exec::command("setpriv");
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        } else {
            exec::command(program)
        };
        prepare(&mut command);
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        self.running.push(Process { name: name.to_owned(), child, log });
        Ok(())
    }

    /// An error with the end of its log for the first process that has ended.
    pub fn check(&mut self) -> Result<()> {
        for process in &mut self.running {
            if let Some(status) = process.child.try_wait()? {
                bail!("{} ended with {status}:\n{}", process.name, tail(&process.log));
            }
        }
        Ok(())
    }

    /// Stops all, last started first: a polite signal, then SIGKILL after a time.
    pub fn stop(&mut self) {
        while let Some(mut process) = self.running.pop() {
            if matches!(process.child.try_wait(), Ok(Some(_))) {
                continue;
            }
            if let Ok(pid) = i32::try_from(process.child.id()) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
            }
            let start = Instant::now();
            while start.elapsed() < GRACE && matches!(process.child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(20));
            }
            if matches!(process.child.try_wait(), Ok(None)) {
                eprintln!("   {} did not end in {} s and is killed", process.name, GRACE.as_secs());
                let _ = process.child.kill();
                let _ = process.child.wait();
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(20);
    format!("{}\n(all of it: {})", lines.get(from..).unwrap_or_default().join("\n"), log.display())
}
