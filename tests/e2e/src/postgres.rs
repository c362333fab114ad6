//! A PostgreSQL of the customer's own, over TCP, with TLS or without; ended when dropped.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid};
use tempfile::TempDir;

use crate::processes::{Process, run, run_well};
use crate::{server, wait};

/// Who runs the server where the tests run as root, which it refuses.
const USER: &str = "postgres";
const START: Duration = Duration::from_secs(60);

/// A cluster, and its server while it runs.
pub struct Postgres {
    folder: TempDir,
    address: SocketAddr,
    process: Option<Process>,
}

/// Whom the server lets in over TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// With a password, by TLS or in clear.
    Any,
    /// With a password and by TLS.
    Tls,
    /// With a client certificate of the authority whose certificate is `ca.pem`.
    Certificate,
}

impl Postgres {
    /// Makes a cluster; nothing runs yet.
    ///
    /// # Errors
    /// When `initdb` fails.
    pub fn make() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bailiwick-own-database-").tempdir_in("/tmp")?;
        own(folder.path())?;
        let mut initdb = as_user(&program("initdb")?);
        initdb.args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]);
        initdb.args(["--no-sync", "--pgdata"]).arg(folder.path().join("cluster")).current_dir("/");
        run_well(initdb, "")?;
        Ok(Self { folder, address: server::free()?, process: None })
    }

    /// Serves from now on, with this certificate and its key (PEM) or without TLS.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn serve(&mut self, tls: Option<&(String, String)>, entrance: Entrance) -> Result<()> {
        self.stop()?;
        let folder = self.folder.path();
        let hba = match entrance {
            Entrance::Any => "host all all all scram-sha-256",
            Entrance::Tls => "hostssl all all all scram-sha-256",
            Entrance::Certificate => "hostssl all all all cert",
        };
        // the administrator comes by the socket
        self.write("hba.conf", &format!("local all postgres trust\n{hba}\n"))?;
        let set = |name: &str| format!("{name}={}", folder.join(name.trim_end_matches("_file")).display());
        let mut settings = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.address.port()),
            format!("unix_socket_directories={}", folder.display()),
            format!("hba_file={}", folder.join("hba.conf").display()),
            "fsync=off".to_owned(),
        ];
        if let Some((certificate, key)) = tls {
            self.write("ssl_cert", certificate)?;
            self.write("ssl_key", key)?;
            settings.extend(["ssl=on".to_owned(), set("ssl_cert_file"), set("ssl_key_file")]);
            if entrance == Entrance::Certificate {
                settings.push(set("ssl_ca_file"));
            }
        }
        let postgres = program("postgres")?;
        let user = as_user(&postgres);
        let log = folder.join("server.log");
        self.process = Some(Process::start(Path::new(user.get_program()), &log, |command| {
            command.args(user.get_args()).current_dir("/");
            command.arg("-D").arg(folder.join("cluster"));
            for setting in &settings {
                command.arg("-c").arg(setting);
            }
        })?);
        wait::until("PostgreSQL answers", START, async || {
            self.process.as_mut().map_or(Ok(()), Process::check)?;
            Ok(self.sql("postgres", "select 1").ok().map(drop))
        })
        .await
    }

    /// The authority of client certificates.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn believe(&self, authority_pem: &str) -> Result<()> {
        self.write("ssl_ca", authority_pem)
    }

    /// Runs statements as its administrator; gives what they say, without headings.
    ///
    /// # Errors
    /// When one fails.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        psql.arg("--host").arg(self.folder.path()).args(["--username", "postgres", "--dbname", database]);
        psql.arg("--port").arg(self.address.port().to_string());
        match run(psql, statements)? {
            (true, out, _) => Ok(out.trim().to_owned()),
            (false, _, err) => bail!("{statements}: {err}"),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it, as `pg_ctl stop` does.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(&mut self) -> Result<()> {
        match self.process.take() {
            None => Ok(()),
            Some(mut process) => {
                process.signal(Signal::SIGINT)?;
                process.ended(START)
            }
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.path().join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        own(&path)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // what does not end is killed
        let _ = self.stop();
    }
}

/// Gives a path to who runs the server.
fn own(path: &Path) -> Result<()> {
    if geteuid().is_root() {
        let user = User::from_name(USER)?.with_context(|| format!("there is no user {USER}"))?;
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
    }
    Ok(())
}

fn as_user(program: &Path) -> Command {
    if !geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    // a signal for a parent's end that was asked for before does not survive the change of user
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups", "--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// A program of the newest PostgreSQL on the machine.
fn program(name: &str) -> Result<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(name))))
        .filter(|(_, path)| path.is_file())
        .collect();
    found.sort();
    let on_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
    };
    found.pop().map(|(_, path)| path).or_else(on_path).with_context(|| format!("{name} is not on this machine"))
}
