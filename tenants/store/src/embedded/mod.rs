//! A private PostgreSQL: a child process of the platform with its folder, its socket, and nobody else.
//!
//! * Only the folder's owner reaches it: no TCP, the socket in a folder of mode 0700, `peer` authentication
//!   by an ident map that names one system user.
//! * One platform a folder: a lock is held as long as the server runs.
//! * It never outlives the platform: when this process ends in whatever way, the kernel sends the child SIGINT
//!   (a fast, clean shutdown). An orphan that is still shutting down is waited for before a start.
//! * It is started again when it ends by itself.
//! * Data is checksummed and fsynced; an interrupted initdb leaves nothing behind that looks finished.
//!
//! PostgreSQL refuses to run as root. Where the platform does, the folder `<data_dir>/postgres` is given to an
//! existing unprivileged user (`postgres`, else `nobody`) and the child runs as that user.

mod binaries;
mod cluster;
mod error;
mod folder;
mod orphan;
mod process;
mod system_user;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::EmbeddedError;

use crate::error::StoreError;
use crate::pools::Connector;
use binaries::Binaries;
use cluster::Cluster;
use folder::Folder;
use process::{Guardian, Settings};
use system_user::SystemUser;

/// Part of the socket's file name; there is no TCP.
pub(crate) const PORT: u16 = 5432;
/// The role initdb makes. The platform itself uses it to make the other roles, and for nothing else.
pub(crate) const SUPERUSER: &str = "postgres";
const DATABASE: &str = "bailiwick";

/// Whether a crash of the machine may lose what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// What is committed is on disk.
    Synced,
    /// For databases that live as long as a test.
    #[cfg(feature = "testing")]
    Lost,
}

/// A running private server. Dropped, it stops.
#[derive(Debug)]
pub struct Embedded {
    guardian: Arc<Guardian>,
    folder: PathBuf,
    /// Held as long as the server runs.
    _lock: Folder,
}

impl Embedded {
    /// Starts the server in `<data_dir>/postgres`, making it first where it is missing. Blocks: 0.3 to 0.5 s on
    /// an existing folder, 3 to 5 s for a new one.
    ///
    /// # Errors
    /// Each reason is a variant of [`EmbeddedError`].
    pub fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        Self::start_with(data_dir, Durability::Synced)
    }

    pub(crate) fn start_with(data_dir: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        let user = SystemUser::for_server()?;
        let folder = Folder::claim(data_dir, &user)?;
        let cluster = Cluster::at(folder.path());
        let binaries = Binaries::find(cluster.major()?)?;
        orphan::wait_or_stop(cluster.path())?;
        if cluster.major()?.is_none() {
            cluster.create(&binaries, &user, durability)?;
        }
        cluster.write_access(&user)?;
        let settings = Settings {
            server: binaries.server(),
            cluster: cluster.path().to_owned(),
            folder: folder.path().to_owned(),
            user,
            durability,
        };
        let path = folder.path().to_owned();
        Ok(Self { guardian: Arc::new(Guardian::start(settings)?), folder: path, _lock: folder })
    }

    /// The way to the server that another process runs in `<data_dir>/postgres`. It lets the same system user in.
    pub(crate) fn beside(data_dir: &Path) -> Result<Connector, EmbeddedError> {
        let folder = data_dir.join("postgres");
        let folder = folder.canonicalize().map_err(error::doing("finding", &folder))?;
        Ok(Connector::socket(&folder, DATABASE))
    }

    pub(crate) fn connector(&self) -> Connector {
        self.connector_to(DATABASE)
    }

    pub(crate) fn connector_to(&self, database: &str) -> Connector {
        Connector::socket(&self.folder, database)
    }

    /// Makes the database where it is missing.
    pub(crate) async fn ensure_database(&self) -> Result<(), StoreError> {
        let mut connection = self.connector_to("postgres").connect_as_superuser().await?;
        let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await?;
        if !there {
            sqlx::raw_sql("create database bailiwick").execute(&mut connection).await?;
        }
        sqlx::Connection::close(connection).await?;
        Ok(())
    }

    /// The server's process id, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<i32> {
        self.guardian.process_id()
    }

    /// Stops the server (a fast shutdown: clients are cut off, everything committed is on disk) and waits for its end.
    pub async fn stop(&self) {
        let guardian = Arc::clone(&self.guardian);
        // a failure to join is a runtime that is being shut down; dropping stops the server then
        let _ = tokio::task::spawn_blocking(move || guardian.stop()).await;
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.guardian.stop();
    }
}
