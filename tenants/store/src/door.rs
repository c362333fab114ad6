//! The two ways in beside a scope, each a role that can do almost nothing.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::error::StoreError;

/// Exact key lookups before a scope is known, as role `door`.
///
/// The role may read a few named columns (hashes, ids, lineages) of a few tables and update the time of last
/// use; migrations grant them column by column. Each statement stands alone; there is no transaction.
/// Queries are by exact key: never list here.
#[derive(Debug)]
pub struct Door(pub(crate) PoolConnection<Postgres>);

impl Door {
    /// The connection.
    pub fn sql(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// Work across accounts, as role `ops`: claiming jobs, sealing the audit. A transaction; dropped without
/// [`Ops::commit`], it never happened. What a job does for an account it does in a [`crate::Scope`].
#[derive(Debug)]
pub struct Ops(pub(crate) Transaction<'static, Postgres>);

impl Ops {
    /// The connection.
    pub fn sql(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// Where a constraint fails or the connection breaks.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }

    /// Undoes what was done, gives back its locks, and waits for that. Dropping does the same, later.
    ///
    /// # Errors
    /// Where the connection breaks; the server then rolls back by itself.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.0.rollback().await?)
    }
}
