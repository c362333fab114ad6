//! Child processes that cannot outlive the tests. The kernel ends them when the thread that started them is gone
//! (`PR_SET_PDEATHSIG` means a thread), so one thread that lives as long as the tests starts them all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

type Job = (Command, Sender<io::Result<Child>>);

/// A running program. Dropping it kills it.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program; what it says goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Path, log: &Path, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        prepare(&mut command);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = spawn(command).with_context(|| format!("could not start {name}"))?;
        Ok(Self { name, child, log: log.to_owned() })
    }

    /// An error with what it said last, if it has ended.
    ///
    /// # Errors
    /// When it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}:\n{}", self.name, self.tail()),
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it said.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn said(&self) -> io::Result<String> {
        std::fs::read_to_string(&self.log)
    }

    /// SIGKILL, as a power cut would; waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?)
    }

    /// SIGTERM, and a clean end within the time.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub fn stop(&mut self, within: Duration) -> Result<()> {
        self.signal(Signal::SIGTERM)?;
        self.ended(within)
    }

    /// A clean end within the time.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub fn ended(&mut self, within: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(anyhow!("{} ended with {status}:\n{}", self.name, self.tail()))
                };
            }
            if start.elapsed() > within {
                bail!("{} did not end in {within:?}:\n{}", self.name, self.tail());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The last lines that it said.
    #[must_use]
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(25)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn spawn(command: Command) -> Result<Child> {
    static STARTER: OnceLock<Sender<Job>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, jobs) = channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, reply) in jobs {
                // Whoever asked is waiting for the answer.
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let (reply, answer) = channel();
    starter.send((command, reply)).map_err(|_| anyhow!("the thread that starts programs is gone"))?;
    Ok(answer.recv()??)
}

/// Runs a program to its end with `input` on standard input: (succeeded, standard output, standard error).
///
/// # Errors
/// When it cannot be started.
pub fn run(mut command: Command, input: &str) -> Result<(bool, String, String)> {
    use std::io::Write as _;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that refuses early does not read; its status and standard error tell.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
}

/// The same where failure is an error: standard output.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run_well(command: Command, input: &str) -> Result<String> {
    let shown = format!("{command:?}");
    let (fine, out, err) = run(command, input)?;
    if fine { Ok(out) } else { Err(anyhow!("{shown} failed: {err}")) }
}
