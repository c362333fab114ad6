//! What can go wrong with the database, each a case that a caller or an operator can act on.

use crate::cap::CapReached;
use crate::embedded::EmbeddedError;
use crate::lineage::LineageError;
use crate::page::CursorError;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such account, or not inside this scope: the two are not told apart.
    #[error("there is no such account")]
    NotFound,
    /// The account was moved while this was done, and nothing was done. Tried again, it meets the account where it is
    /// now, or not at all.
    #[error("the account was moved meanwhile")]
    Moved,
    /// There are as many of a thing as there can be.
    #[error(transparent)]
    Full(#[from] CapReached),
    /// A text that is no cursor of the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Every connection is in use and none came free in time, or the server cannot be reached.
    #[error("the database is busy or away")]
    Busy(#[source] sqlx::Error),
    /// A statement failed.
    #[error("a database statement failed")]
    Database(#[source] sqlx::Error),
    /// The private PostgreSQL could not be started.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database at the given URL cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The server's TLS does not hold: it speaks none, or its certificate is not valid, not of an authority that is
    /// believed, or of another host.
    #[error(
        "the way to the database is not protected, and nothing was sent to it: its server must speak TLS with a \
         certificate for the host name in database_url, of an authority of this machine or of database_ca"
    )]
    Unverified(#[source] sqlx::Error),
    /// The roles are missing and the login may not make them.
    #[error(
        "the database roles migrator, app, door and ops are missing or not granted to this login, and it may not \
         create them: give the login CREATEROLE for the first start, or create the roles and grant them to it"
    )]
    Roles(#[source] sqlx::Error),
    /// A migration failed.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A migration that the database has was another one when it ran there: the database is of a development build.
    #[error(
        "a development build made this database: its migration {version} differs from the one of this version, and there \
         is no way to bring it up to date. Nothing in it was changed. Start with a new data folder or an empty database \
         (`cargo xtask demo --fresh` for the demo), or go on with the build that made it"
    )]
    OtherMigration {
        /// The migration's number.
        version: i64,
    },
    /// The database has a migration that this version does not know.
    #[error(
        "a newer version has used this database: migration {version} is unknown to this one. Nothing in it was changed. \
         Start that version or a newer one, or restore a backup from before the update"
    )]
    NewerDatabase {
        /// The migration's number.
        version: i64,
    },
    /// The server that runs beside is of another version than this command.
    #[error(
        "the server that runs on this data folder is of another version than this command: use the program that the \
         server runs, or stop the server first"
    )]
    OtherVersion,
    /// A role could get round row-level security. The platform refuses to serve.
    #[error("refusing to serve: the database role {role} {why}")]
    UnsafeRole {
        /// The role in question.
        role: String,
        /// What it could do.
        why: &'static str,
    },
    /// A table is not protected. The platform refuses to serve.
    #[error("refusing to serve: table {table} has no forced row-level security")]
    UnprotectedTable {
        /// The table in question.
        table: String,
    },
    /// A system actor whose name is not `a-z`, `0-9`, `-`.
    #[error("an actor's name is 1 to 64 characters of a-z, 0-9 and '-'")]
    Actor,
    /// The database returned a lineage that is none.
    #[error("the account tree is damaged")]
    Lineage(#[source] LineageError),
}

impl StoreError {
    /// Of a first connection.
    pub(crate) fn unreachable(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Tls(_) => Self::Unverified(error),
            // how rustls tells that it ends a handshake
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => Self::Unverified(error),
            _ => Self::Unreachable(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let database = error.as_database_error();
        if database.is_some_and(is_fence) {
            return Self::Moved;
        }
        if database.is_some_and(|database| database.code().is_some_and(|code| IN_THE_WAY.contains(&&*code))) {
            return Self::Busy(error);
        }
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Busy(error),
            _ => Self::Database(error),
        }
    }
}

/// Others held a lock for too long, or two waited for each other: done again, it may well be done.
const IN_THE_WAY: [&str; 2] = ["55P03", "40P01"];
const FOREIGN_KEY: &str = "23503";

/// Whether a row was to be written at a place that its account, or its account's parent, has left: the foreign keys
/// (`tenant_id`, `lineage`) and (`parent_id`, `parent_lineage`) to accounts.
fn is_fence(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().as_deref() == Some(FOREIGN_KEY) && error.constraint().is_some_and(|key| key.ends_with("lineage_fkey"))
}
