//! The child process and the thread that guards it.
//!
//! One thread starts the child, waits for its end and starts it again. It must be a thread of its own that
//! lives as long as the child should: the kernel sends the parent-death signal when the *thread* that forked
//! ends, not the process.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::{Pid, getppid};

use super::cluster::last_lines;
use super::error::{EmbeddedError, doing};
use super::system_user::SystemUser;
use super::{Durability, PORT};

/// Crash recovery replays at most a checkpoint's worth; this is ample.
const START_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(5);
const LOG_LIMIT: u64 = 16 << 20;

/// Everything needed to start the server, again and again.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) server: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) user: SystemUser,
    pub(super) durability: Durability,
}

#[derive(Debug, Default)]
struct State {
    /// The child, from its start until it is reaped; so a signal never hits a stranger with its number.
    child: Option<Pid>,
    stopping: bool,
    ended: bool,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // the state is valid at every step, so a panic elsewhere does not spoil it
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the server running until told to stop.
#[derive(Debug)]
pub(super) struct Guardian {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Guardian {
    /// Starts the server and returns when it takes connections.
    pub(super) fn start(settings: Settings) -> Result<Self, EmbeddedError> {
        let shared = Arc::new(Shared::default());
        let (sender, first) = sync_channel(1);
        let program = settings.server.clone();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("postgres-guardian".to_owned())
            .spawn(move || guard(&settings, &theirs, &sender))
            .map_err(|source| EmbeddedError::Program { program: program.clone(), source })?;
        match first.recv() {
            Ok(Ok(())) => Ok(Self { shared, thread: Mutex::new(Some(thread)) }),
            Ok(Err(error)) => Err(error),
            Err(source) => Err(EmbeddedError::Program { program, source: std::io::Error::other(source) }),
        }
    }

    pub(super) fn process_id(&self) -> Option<i32> {
        self.shared.lock().child.map(Pid::as_raw)
    }

    /// Stops the server and returns when it has ended. A second call finds nothing to do.
    pub(super) fn stop(&self) {
        let mut state = self.shared.lock();
        state.stopping = true;
        signal(&state, Signal::SIGINT);
        self.shared.changed.notify_all();
        let (mut state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, STOP_LIMIT, |state| !state.ended)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            tracing::warn!("the database server does not stop; ending it at once");
            signal(&state, Signal::SIGQUIT);
            state.stopping = true;
        }
        drop(state);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // a panic there has been reported by the panic hook
            let _ = thread.join();
        }
    }
}

fn signal(state: &State, signal: Signal) {
    if let Some(child) = state.child
        && let Err(error) = kill(child, signal)
    {
        tracing::warn!(%error, "the database server could not be signalled");
    }
}

/// The guardian thread: start, report the first start, wait, start again.
fn guard(settings: &Settings, shared: &Shared, first: &SyncSender<Result<(), EmbeddedError>>) {
    let mut failures = 0_u32;
    loop {
        let started = spawn(settings).and_then(|mut child| {
            shared.lock().child = i32::try_from(child.id()).ok().map(Pid::from_raw);
            match wait_ready(settings, shared, &mut child) {
                Ok(()) => Ok(child),
                Err(error) => {
                    let state = shared.lock();
                    signal(&state, Signal::SIGQUIT);
                    drop(state);
                    reap(shared, &mut child);
                    Err(error)
                }
            }
        });
        match started {
            Ok(mut child) => {
                failures = 0;
                // nobody listens after the first start
                let _ = first.try_send(Ok(()));
                reap(shared, &mut child);
                if !shared.lock().stopping {
                    tracing::error!("the database server ended by itself; starting it again");
                }
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::error!(%error, "the database server did not start");
                if first.try_send(Err(error)).is_ok() {
                    break;
                }
            }
        }
        let pause = Duration::from_millis(200_u64 << failures.min(7));
        let (state, _) = shared
            .changed
            .wait_timeout_while(shared.lock(), pause, |state| !state.stopping)
            .unwrap_or_else(PoisonError::into_inner);
        if state.stopping {
            break;
        }
    }
    shared.lock().ended = true;
    shared.changed.notify_all();
}

/// Waits for the child's end, then forgets its number before the kernel may give it to another.
fn reap(shared: &Shared, child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        while waitid(Id::Pid(Pid::from_raw(pid)), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(nix::Error::EINTR)
        {
        }
    }
    let mut state = shared.lock();
    state.child = None;
    if let Err(error) = child.wait() {
        tracing::warn!(%error, "the database server could not be waited for");
    }
}

fn spawn(settings: &Settings) -> Result<Child, EmbeddedError> {
    let log = open_log(&settings.folder)?;
    let mut command = Command::new(&settings.server);
    command.arg("-D").arg(&settings.cluster).arg("-k").arg(&settings.folder);
    for setting in arguments(settings) {
        command.arg("-c").arg(setting);
    }
    settings.user.run_as(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let parent = Pid::this();
    // SAFETY: between fork and exec only async-signal-safe calls are made: prctl, getppid and a return of an
    // error that does not allocate.
    #[expect(unsafe_code, reason = "the only way to have the child end with its parent however that ends")]
    unsafe {
        command.pre_exec(move || {
            nix::sys::prctl::set_pdeathsig(Signal::SIGINT)?;
            // the parent may have ended before the line above
            if getppid() == parent { Ok(()) } else { Err(nix::Error::ESRCH.into()) }
        });
    }
    command.spawn().map_err(|source| EmbeddedError::Program { program: settings.server.clone(), source })
}

fn arguments(settings: &Settings) -> Vec<String> {
    let file = |name: &str| settings.folder.join(name).display().to_string();
    let mut arguments = vec![
        "listen_addresses=".to_owned(),
        format!("port={PORT}"),
        "unix_socket_permissions=0700".to_owned(),
        format!("hba_file={}", file("hba.conf")),
        format!("ident_file={}", file("ident.conf")),
        "max_connections=80".to_owned(),
        // short statements only; compiling them costs more than it gives
        "jit=off".to_owned(),
        // the log is for the operator of the machine: no statement, parameter or key of anybody in it
        "log_min_error_statement=panic".to_owned(),
        "log_parameter_max_length_on_error=0".to_owned(),
        "log_error_verbosity=terse".to_owned(),
        "log_checkpoints=off".to_owned(),
        "log_timezone=UTC".to_owned(),
        "logging_collector=off".to_owned(),
    ];
    match settings.durability {
        Durability::Synced => arguments.push("fsync=on".to_owned()),
        #[cfg(feature = "testing")]
        Durability::Lost => arguments.extend(
            [
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "max_connections=400",
                "shared_buffers=48MB",
            ]
            .map(str::to_owned),
        ),
    }
    arguments
}

fn open_log(folder: &Path) -> Result<File, EmbeddedError> {
    let path = folder.join("server.log");
    if std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.len() > LOG_LIMIT) {
        std::fs::rename(&path, folder.join("server.log.1")).map_err(doing("moving", &path))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(&path)
        .map_err(doing("opening", &path))
}

/// Waits until the server says in its pid file that it takes connections.
fn wait_ready(settings: &Settings, shared: &Shared, child: &mut Child) -> Result<(), EmbeddedError> {
    let log = settings.folder.join("server.log");
    let pid_file = settings.cluster.join("postmaster.pid");
    let own = child.id().to_string();
    let until = Instant::now() + START_LIMIT;
    while Instant::now() < until {
        let text = std::fs::read_to_string(&pid_file).unwrap_or_default();
        let mut lines = text.lines();
        // line 1 is the process, line 8 its state
        if lines.next() == Some(&own) && lines.nth(6).is_some_and(|state| state.trim() == "ready") {
            return Ok(());
        }
        let ended = || {
            waitid(
                Id::Pid(Pid::from_raw(i32::try_from(child.id()).unwrap_or(0))),
                WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT,
            )
        };
        match ended() {
            Ok(nix::sys::wait::WaitStatus::StillAlive) => {}
            status => {
                let status = status.map_or_else(|error| error.to_string(), |status| format!("{status:?}"));
                let detail = last_lines(&std::fs::read_to_string(&log).unwrap_or_default());
                return Err(EmbeddedError::Ended { status, detail });
            }
        }
        if shared.lock().stopping {
            break;
        }
        std::thread::sleep(POLL);
    }
    Err(EmbeddedError::Slow { seconds: START_LIMIT.as_secs(), log })
}
