//! `bailiwick serve` with a data folder of its own and the embedded database; killed when dropped.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::{Certificate, Client};
use serde_json::Value;
use tempfile::TempDir;

use crate::api::{Api, text};
use crate::authority::{Authority, Files};
use crate::processes::{Process, run_well};
use crate::programs::{driver, program};
use crate::{printers, trace, wait};

/// How long a start may take where the database must be made first, on a busy machine.
const START: Duration = Duration::from_secs(60);

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS with a certificate of the server's own authority.
    Tls,
    /// HTTP on loopback.
    Plain,
}

/// How a server differs from one that a test needs nothing special of.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// More settings, by the variables that they are given in.
    pub settings: Vec<(&'static str, String)>,
    /// Where the kernel is to note every address that the server and its database's processes reach for.
    pub trace: Option<PathBuf>,
    /// Descriptors that it may have, soft and hard.
    pub descriptors: Option<u32>,
}

/// A running server.
pub struct Server {
    /// Settings of every command, by their variables.
    settings: Vec<(&'static str, String)>,
    setup: Setup,
    folder: TempDir,
    listen: SocketAddr,
    metrics: SocketAddr,
    tls: Option<(Authority, Files)>,
    root_token: String,
    process: Process,
}

impl Server {
    /// Makes a data folder with a platform owner's token and the driver installed, by the commands that an
    /// administrator uses, and serves from it.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn start(transport: Transport) -> Result<Self> {
        Self::start_with(transport, Vec::new(), |_| Ok(())).await
    }

    /// The same with more settings, by the variables that they are given in, for the server and every command, and with
    /// what `prepare` puts into the data folder first.
    ///
    /// # Errors
    /// When a command fails.
    pub async fn start_with(
        transport: Transport,
        settings: Vec<(&'static str, String)>,
        prepare: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        // World-readable names above it: as root, the database runs as another user.
        let folder = tempfile::Builder::new().prefix("bailiwick-e2e-").tempdir_in("/tmp")?;
        open_to_database(folder.path())?;
        std::fs::create_dir(folder.path().join("data"))?;
        open_to_database(&folder.path().join("data"))?;
        prepare(&folder.path().join("data"))?;
        let tls = match transport {
            Transport::Plain => None,
            Transport::Tls => {
                let authority = Authority::new("bailiwick end-to-end authority")?;
                authority.write(&folder.path().join("ca.pem"))?;
                let files = authority.issue(folder.path(), &[], 1)?;
                Some((authority, files))
            }
        };
        let (listen, metrics) = (free()?, free()?);
        let configure = |command: &mut Command| {
            configure(command, folder.path(), listen, metrics, tls.as_ref());
            command.envs(settings.iter().cloned());
        };

        let mut install = Command::new(program("bailiwick")?);
        install.args(["driver", "install"]).arg(driver(printers::DRIVER)?);
        configure(&mut install);
        run_well(install, "")?;
        let mut token = Command::new(program("bailiwick")?);
        token.args(["admin", "create-token", "--account", "/", "--role", "owner", "--name", "end-to-end", "--json"]);
        configure(&mut token);
        let answer: Value =
            serde_json::from_str(&run_well(token, "")?).context("create-token --json printed no JSON")?;
        let root_token = text(&answer, "secret")?.to_owned();

        let setup = Setup::default();
        let process = serve(&setup, folder.path(), |command| configure(command))?;
        let mut server = Self { settings, setup, folder, listen, metrics, tls, root_token, process };
        server.ready().await?;
        Ok(server)
    }

    /// A command of the server's program, beside it on the same folder, as an administrator of the machine runs it; gives
    /// what it says.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program("bailiwick")?);
        command.args(arguments);
        configure(&mut command, self.folder.path(), self.listen, self.metrics, self.tls.as_ref());
        command.envs(self.settings.iter().cloned());
        run_well(command, "")
    }

    /// SIGKILL, without a chance to tidy up.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Serves again from the same folder.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn restart(&mut self) -> Result<()> {
        let (folder, tls) = (self.folder.path(), self.tls.as_ref());
        let (listen, metrics) = (self.listen, self.metrics);
        let settings = &self.settings;
        self.process = serve(&self.setup, folder, |command| {
            configure(command, folder, listen, metrics, tls);
            command.envs(settings.iter().cloned());
        })?;
        self.ready().await
    }

    /// Stops it in order, and serves again from the same folder, set up otherwise.
    ///
    /// # Errors
    /// When it does not end, or does not come up.
    pub async fn restart_with(&mut self, setup: Setup) -> Result<()> {
        self.process.stop(START)?;
        self.setup = setup;
        self.restart().await
    }

    async fn ready(&mut self) -> Result<()> {
        let client = self.http()?;
        let url = format!("{}/api/v1/openapi.json", self.url());
        wait::until("the server answers", START, async || {
            self.process.check()?;
            Ok(client.get(&url).send().await.ok().filter(|reply| reply.status().is_success()).map(drop))
        })
        .await
    }

    /// Scheme, address and port.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.listen)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Where its figures are.
    #[must_use]
    pub fn metrics(&self) -> SocketAddr {
        self.metrics
    }

    /// The certificate of the authority that signed the server's, as a file.
    #[must_use]
    pub fn authority_file(&self) -> Option<PathBuf> {
        self.tls.is_some().then(|| self.folder.path().join("ca.pem"))
    }

    /// The authority.
    ///
    /// # Errors
    /// Where the server speaks plain HTTP.
    pub fn authority(&self) -> Result<&Authority> {
        Ok(&self.tls.as_ref().context("this server has no certificate")?.0)
    }

    /// The folder with its data, certificate and log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// An HTTP client that trusts this server's authority and nobody else.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn http(&self) -> Result<Client> {
        // The first call of the process decides; later ones find it decided.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder().timeout(Duration::from_secs(30)).no_proxy();
        if let Some((authority, _)) = &self.tls {
            builder = builder.tls_certs_only([Certificate::from_pem(authority.pem().as_bytes())?]);
        }
        Ok(builder.build()?)
    }

    /// The API as the platform's owner.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn api(&self) -> Result<Api> {
        Ok(Api::new(self.http()?, &self.url(), Some(&self.root_token)))
    }
}

fn serve(setup: &Setup, folder: &Path, configure: impl Fn(&mut Command)) -> Result<Process> {
    let bailiwick = program("bailiwick")?;
    let first = match (&setup.trace, setup.descriptors) {
        (Some(_), _) => Path::new("strace"),
        (None, Some(_)) => Path::new("prlimit"),
        (None, None) => &bailiwick,
    };
    Process::start(first, &folder.join("server.log"), |command| {
        if let Some(trace) = &setup.trace {
            trace::options(command, trace);
            command.arg(&bailiwick);
        } else if let Some(descriptors) = setup.descriptors {
            command.arg(format!("--nofile={descriptors}:{descriptors}")).arg(&bailiwick);
        }
        configure(command);
        command.envs(setup.settings.iter().cloned()).arg("serve");
    })
}

/// A loopback address with a port that nobody uses now.
pub(crate) fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn open_to_database(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711))?)
}

fn configure(
    command: &mut Command,
    folder: &Path,
    listen: SocketAddr,
    metrics: SocketAddr,
    tls: Option<&(Authority, Files)>,
) {
    command
        .env("BAILIWICK_DATA_DIR", folder.join("data"))
        .env_remove("BAILIWICK_CONFIG")
        .env("BAILIWICK_LISTEN", listen.to_string())
        .env("BAILIWICK_METRICS_LISTEN", metrics.to_string())
        .env_remove("BAILIWICK_DATABASE_URL");
    if let Some((_, files)) = tls {
        command.env("BAILIWICK_TLS_CERTIFICATE", &files.certificate).env("BAILIWICK_TLS_KEY", &files.key);
    }
}
