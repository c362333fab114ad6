//! Which database, and how much of it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::address::Address;
use crate::clock::{Clock, SystemClock};

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A private PostgreSQL, started as a child of this process, kept in `<data_dir>/postgres`.
    Embedded {
        /// The platform's data folder; made where it is missing.
        data_dir: PathBuf,
    },
    /// A PostgreSQL of yours.
    ///
    /// The login is a member of `migrator`, `app`, `door` and `ops` (or may create roles; then the first
    /// start makes them), and every connection does `SET ROLE`. A superuser as login works but is warned of:
    /// `RESET ROLE` would lead back to it.
    External(Address),
}

/// How to open a [`crate::Store`].
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where the database is.
    pub database: Database,
    /// Most connections of role `app`, that is, scopes open at once. The roles `door` and `ops` get up to 4 each.
    pub app_connections: u32,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl StoreConfig {
    /// The defaults: 16 scopes at once, the machine's clock.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, app_connections: 16, clock: Arc::new(SystemClock) }
    }
}
