//! The PostgreSQL that all tests of a run share: a process that ends when its standard input does, so it ends with
//! xtask however that ends. It is in a process group of its own, since Ctrl-C in a terminal reaches the whole group of
//! xtask and would end it before it could clean up.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::build::Compiler;
use crate::{exec, workspace};

const EXAMPLE: &str = "test_cluster";

/// A running cluster. Dropped, it stops.
pub struct Cluster {
    process: Child,
    folder: PathBuf,
}

impl Cluster {
    /// Builds the program that keeps the cluster, and starts it.
    pub fn start() -> Result<Self> {
        exec::run(Compiler::Linting.apply(exec::cargo().args(["build", "--workspace", "--example", EXAMPLE])))?;
        Self::of(&mut Command::new(workspace::target().join("debug/examples").join(EXAMPLE)))
    }

    fn of(program: &mut Command) -> Result<Self> {
        let mut process = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("could not start the tests' PostgreSQL")?;
        let mut line = String::new();
        let out = process.stdout.take().context("the tests' PostgreSQL has no standard output")?;
        BufReader::new(out).read_line(&mut line).context("the tests' PostgreSQL does not say where it is")?;
        let cluster = Self { process, folder: PathBuf::from(line.trim_end()) };
        ensure!(cluster.folder.is_dir(), "the tests' PostgreSQL did not start");
        Ok(cluster)
    }

    /// What test binaries are told.
    pub fn environment(&self) -> (&'static str, &OsStr) {
        ("TEST_CLUSTER", Path::as_os_str(&self.folder))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // the end of its input is its word to stop
        drop(self.process.stdin.take());
        if let Err(error) = self.process.wait() {
            eprintln!("   the tests' PostgreSQL could not be waited for: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands for the program: prints a folder, waits for the end of its input, removes the folder.
    fn stand_in(folder: &Path) -> Command {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg("mkdir \"$1\" && echo \"$1\" && cat && rmdir \"$1\"").arg("sh").arg(folder);
        shell
    }

    fn new_folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("bailiwick-xtask-{name}-{}", std::process::id()))
    }

    #[test]
    fn the_cluster_ends_with_what_holds_it() {
        let folder = new_folder("held");
        let cluster = Cluster::of(&mut stand_in(&folder)).unwrap();
        assert_eq!(cluster.environment(), ("TEST_CLUSTER", folder.as_os_str()));
        assert!(folder.is_dir());
        drop(cluster);
        assert!(!folder.exists());
    }

    #[test]
    fn the_cluster_ends_where_a_stage_panics() {
        let folder = new_folder("panics");
        let cluster = Cluster::of(&mut stand_in(&folder)).unwrap();
        let stage = std::thread::spawn(move || {
            let _held = cluster;
            std::panic::resume_unwind(Box::new("a stage"));
        });
        assert!(stage.join().is_err());
        assert!(!folder.exists());
    }

    #[test]
    fn a_cluster_that_does_not_start_is_an_error() {
        assert!(Cluster::of(Command::new("sh").args(["-c", "exit 1"])).is_err());
    }
}
