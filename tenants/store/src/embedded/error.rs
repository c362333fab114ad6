//! Why the private server does not start, and what to do.

use std::path::PathBuf;

/// A start-up error of the embedded database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// PostgreSQL is not on this machine.
    #[error(
        "PostgreSQL was not found on PATH or in /usr/lib/postgresql: install it (Debian, Ubuntu: apt-get install \
         postgresql) or set BAILIWICK_DATABASE_URL"
    )]
    NoPostgres,
    /// The folder was written by another major version.
    #[error(
        "the database in {folder} was written by PostgreSQL {written}, and that version is not installed (found: \
         {found}): install postgresql-{written}, or upgrade the folder with pg_upgrade as docs/operating.md says"
    )]
    OtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// Major version that wrote it.
        written: u32,
        /// Major versions on this machine, comma-separated.
        found: String,
    },
    /// Too old a PostgreSQL.
    #[error("PostgreSQL {found} is too old: {} or newer is needed", super::binaries::OLDEST)]
    TooOld {
        /// Newest major version on this machine.
        found: u32,
    },
    /// Another platform runs on this folder.
    #[error("another process (pid {pid}) uses the data folder {folder}")]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Who holds it, as it wrote itself down; 0 where that cannot be read.
        pid: i32,
    },
    /// A server of an earlier run is still there and does not stop.
    #[error("a PostgreSQL of an earlier run (pid {pid}) still uses {folder} and does not stop: end it first")]
    Orphan {
        /// The cluster's folder.
        folder: PathBuf,
        /// The orphan.
        pid: i32,
    },
    /// Running as root and there is no unprivileged user to run the server as.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`: create one, or do not start as root"
    )]
    NoUser,
    /// The user that runs the platform has no name.
    #[error("user id {uid} has no name in /etc/passwd, and PostgreSQL needs one: add an entry")]
    Nameless {
        /// The user's id.
        uid: u32,
    },
    /// The unprivileged user cannot enter a folder above the data folder.
    #[error(
        "user {user} cannot enter {folder}, which lies above the data folder: give it search permission (chmod o+x), or choose another data folder"
    )]
    Closed {
        /// The folder that is closed.
        folder: PathBuf,
        /// The user that runs the server.
        user: String,
    },
    /// The socket's path would be longer than the 107 bytes that a Unix socket may have.
    #[error(
        "the data folder's path is too long: the database socket {socket} would have {length} bytes, at most 107 are possible"
    )]
    LongPath {
        /// The socket.
        socket: PathBuf,
        /// Its length in bytes.
        length: usize,
    },
    /// A folder or file could not be made, read or given away.
    #[error("{doing} {path} failed")]
    File {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A program of PostgreSQL could not be run.
    #[error("{program} could not be run")]
    Program {
        /// Its path.
        program: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// initdb failed.
    #[error("making the database failed: {detail}")]
    Initdb {
        /// Last lines of what it said.
        detail: String,
    },
    /// The server ended while starting.
    #[error("PostgreSQL ended while starting ({status}): {detail}")]
    Ended {
        /// Its exit status.
        status: String,
        /// Last lines of its log.
        detail: String,
    },
    /// The server does not get ready.
    #[error("PostgreSQL was not ready after {seconds} s; its log is {log}")]
    Slow {
        /// How long it was waited for.
        seconds: u64,
        /// Where its log is.
        log: PathBuf,
    },
}

/// Names what was being done to a file when it failed.
pub(super) fn doing(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> EmbeddedError {
    let path = path.to_owned();
    move |source| EmbeddedError::File { doing, path, source }
}
