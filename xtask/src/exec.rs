//! Running other programs: every command is printed before it runs, its failure names it, and stages are timed.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// A command that starts in the root of the checkout.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// The cargo that runs this xtask, with xtask's own build settings taken out of its environment.
pub fn cargo() -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What `cargo run` sets for its child would make build scripts see xtask's package as theirs.
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&name);
        }
    }
    command
}

/// How often a long command is said to be under way. cargo has a bar of its own on a terminal; a log has none.
const WORD: Duration = Duration::from_secs(60);

/// Runs to the end with the terminal's streams; an error where the status is not zero. Says each minute that it goes on.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    eprintln!("  $ {line}");
    let say = |minutes| eprintln!("   still at it after {minutes} min: {line}");
    let status = status(command.stdin(Stdio::null()), WORD, say).with_context(|| format!("could not start {line}"))?;
    if !status.success() {
        bail!("{line} ended with {status}");
    }
    Ok(())
}

/// The status of a command at its end. Until then `say` is called after each `word` with how many have passed.
fn status(command: &mut Command, word: Duration, mut say: impl FnMut(u32) + Send) -> std::io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    let (ended, end) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut passed = 0;
            while end.recv_timeout(word) == Err(RecvTimeoutError::Timeout) {
                passed += 1;
                say(passed);
            }
        });
        let status = child.wait();
        drop(ended);
        status
    })
}

/// Standard output of a command that must succeed, trimmed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start {}", line(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", line(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name can be started from `PATH`, `/usr/sbin` or `/sbin`.
pub fn found(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].iter().map(std::path::PathBuf::from))
        .any(|dir| dir.join(program).is_file())
}

/// The command as one would type it, shortened where it stands in the checkout.
pub fn line(command: &Command) -> String {
    let shorten = |text: &OsStr| {
        let text = text.to_string_lossy();
        let path = Path::new(text.as_ref());
        match path.strip_prefix(workspace::root()) {
            Ok(rest) if !rest.as_os_str().is_empty() => rest.display().to_string(),
            _ if path.file_name().is_some_and(|name| name == "cargo") => "cargo".to_owned(),
            _ => text.into_owned(),
        }
    };
    std::iter::once(command.get_program()).chain(command.get_args()).map(shorten).collect::<Vec<_>>().join(" ")
}

/// A headline on standard error.
pub fn headline(text: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("\n\x1b[1m== {text}\x1b[0m");
    } else {
        eprintln!("\n== {text}");
    }
}

/// Runs `work` under a headline and says how long it took.
pub fn timed<T>(title: &str, work: impl FnOnce() -> Result<T>) -> (Duration, Result<T>) {
    headline(title);
    let start = Instant::now();
    let outcome = work();
    let took = start.elapsed();
    eprintln!("   {title}: {:.1} s", took.as_secs_f64());
    (took, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_said_to_go_on_and_a_short_one_is_not() {
        let mut said = Vec::new();
        let mut long = Command::new("sleep");
        let word = Duration::from_millis(20);
        assert!(status(long.arg("1"), word, |passed| said.push(passed)).unwrap().success());
        assert_eq!(said.first(), Some(&1));
        assert!(said.is_sorted());
        let mut short = Command::new("false");
        assert!(!status(&mut short, WORD, |_| unreachable!("a minute has not passed")).unwrap().success());
        assert!(status(&mut Command::new("/nonexistent"), WORD, |_| ()).is_err());
    }
}
