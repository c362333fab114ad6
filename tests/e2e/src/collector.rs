//! `bailiwick-collector` with a data folder of its own; killed when dropped.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::processes::{Process, run, run_well};
use crate::programs::program;

/// An enrolled collector.
pub struct Collector {
    folder: TempDir,
    process: Option<Process>,
}

impl Collector {
    /// Enrolls with a one-time token; `port` is where the site's agents answer.
    ///
    /// # Errors
    /// When the server or the collector refuses.
    pub fn enroll(server: &str, authority: Option<&Path>, token: &str, port: u16) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bailiwick-e2e-collector-").tempdir()?;
        std::fs::write(folder.path().join("site.toml"), format!("snmp_port = {port}\n"))?;
        run_well(enroll_command(server, authority, folder.path())?, &format!("{token}\n"))?;
        Ok(Self { folder, process: None })
    }

    /// Starts `run`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&mut self) -> Result<()> {
        let log = self.folder.path().join("run.log");
        let process = Process::start(&program("bailiwick-collector")?, &log, |command| {
            command.args(["run", "--data-dir"]).arg(self.folder.path());
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// The running process.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn process(&mut self) -> Result<&mut Process> {
        self.process.as_mut().context("the collector does not run")
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill(&mut self) -> Result<()> {
        self.process()?.kill()?;
        self.process = None;
        Ok(())
    }

    /// What `bailiwick-collector status --json` says of a running collector; `None` where it does not run (yet).
    ///
    /// # Errors
    /// When the program cannot be started or prints no JSON.
    pub fn status(&self) -> Result<Option<Value>> {
        let mut command = Command::new(program("bailiwick-collector")?);
        command.args(["status", "--json", "--data-dir"]).arg(self.folder.path());
        let (runs, text, _) = run(command, "")?;
        if !runs {
            return Ok(None);
        }
        serde_json::from_str(&text).map(Some).with_context(|| format!("no JSON: {text}"))
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn enroll_command(server: &str, authority: Option<&Path>, folder: &Path) -> Result<Command> {
    let mut command = Command::new(program("bailiwick-collector")?);
    command.args(["enroll", "--server", server, "--token-stdin", "--data-dir"]).arg(folder);
    if let Some(authority) = authority {
        command.arg("--ca").arg(authority);
    }
    Ok(command)
}

/// Tries to enroll and answers why that was refused.
///
/// # Errors
/// When it was not refused.
pub fn refused_enrollment(server: &str, authority: Option<&Path>) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let (fine, _, err) = run(enroll_command(server, authority, folder.path())?, "not-a-token\n")?;
    anyhow::ensure!(!fine, "a collector enrolled at {server}");
    Ok(err)
}

/// `bailiwick-collector scan … --json`: one object a line.
///
/// # Errors
/// When it fails or a line is no JSON.
pub fn scan(driver: &Path, range: &str, port: u16, more: &[&str]) -> Result<Vec<Value>> {
    let mut command = Command::new(program("bailiwick-collector")?);
    command.args(["scan", "--json", "--range", range, "--port", &port.to_string(), "--driver"]).arg(driver).args(more);
    let text = run_well(command, "")?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))).collect()
}
