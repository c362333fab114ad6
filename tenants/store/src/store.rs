//! The database, opened: migrated, checked, and with a pool for each role that serves.

use std::sync::Arc;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::config::{Database, StoreConfig};
use crate::door::{Door, Ops};
use crate::embedded::{Embedded, EmbeddedError};
use crate::error::StoreError;
use crate::id::AccountId;
use crate::migrations;
use crate::pools::{self, Connector, Pools, Role};
use crate::scope::Scope;
use crate::time::At;
use jiff::Timestamp;

/// Months of partitions kept ready: the four before this month, since readings may be 90 days late even after the
/// server was away for long, and three to come.
const MONTHS_BEHIND: i32 = 4;
const MONTHS_AHEAD: i32 = 3;

/// The database. Cheap to clone; all clones share the pools and, where it is embedded, the server.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    connector: Connector,
    clock: Arc<dyn Clock>,
    /// Last, so that it is dropped after the pools: the server stops when nobody is connected.
    embedded: Option<Embedded>,
}

impl Store {
    /// Starts or reaches the database, brings it up to date and opens the pools.
    ///
    /// # Errors
    /// Each start-up problem is a variant of [`StoreError`]; in particular [`StoreError::UnsafeRole`] where
    /// row-level security would not hold.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let (connector, embedded) = match &config.database {
            Database::Embedded { data_dir } => {
                let folder = data_dir.clone();
                let embedded = tokio::task::spawn_blocking(move || Embedded::start(&folder))
                    .await
                    .map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
                embedded.ensure_database().await?;
                (embedded.connector(), Some(embedded))
            }
            Database::External(address) => (Connector::login(address), None),
        };
        let mut first = connector.connect_as_superuser().await.map_err(StoreError::unreachable)?;
        if embedded.is_none() {
            warn_of_superuser(&mut first).await?;
        }
        migrations::ensure_roles(&mut first).await?;
        drop(first);
        migrations::migrate(&connector).await?;
        Self::assemble(connector, embedded, config.app_connections, config.clock).await
    }

    /// As [`Store::open`]; but where another process runs the embedded database of the data folder, uses that one as it
    /// is, for as long as the other runs it. For commands beside a server, not for a second server.
    ///
    /// # Errors
    /// As [`Store::open`]; [`StoreError::OtherVersion`] where the other process is of another version.
    pub async fn open_beside(config: StoreConfig) -> Result<Self, StoreError> {
        let (connections, clock) = (config.app_connections, Arc::clone(&config.clock));
        let beside = match &config.database {
            Database::Embedded { data_dir } => Some(data_dir.clone()),
            Database::External(_) => None,
        };
        match (Self::open(config).await, beside) {
            (Err(StoreError::Embedded(EmbeddedError::InUse { .. })), Some(data_dir)) => {
                let connector = Embedded::beside(&data_dir)?;
                migrations::await_same(&connector).await?;
                Self::assemble(connector, None, connections, clock).await
            }
            (opened, _) => opened,
        }
    }

    /// Opens the pools of a database that is up to date.
    pub(crate) async fn assemble(
        connector: Connector,
        embedded: Option<Embedded>,
        app_connections: u32,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let pools = Pools::open(&connector, app_connections).await?;
        let mut app = pools.app.acquire().await?;
        migrations::refuse_unsafe(&mut app).await?;
        drop(app);
        let store = Self { inner: Arc::new(Inner { pools, connector, clock, embedded }) };
        store.add_partitions(store.now()).await?;
        Ok(store)
    }

    /// Opens a scope: a transaction in which `actor` works on `account` and its subtree.
    ///
    /// Whether the actor may is not asked here; `bailiwick-access` does, and is how a handler gets a scope.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account, [`StoreError::Busy`] where no connection came free.
    pub async fn scope(&self, actor: &Actor, account: AccountId) -> Result<Scope, StoreError> {
        Scope::open(&self.inner.pools, actor, account).await
    }

    /// Exact key lookups, before a scope is known.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where no connection came free.
    pub async fn door(&self) -> Result<Door, StoreError> {
        Ok(Door(self.inner.pools.door.acquire().await?))
    }

    /// Work across accounts: claiming jobs, sealing.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where no connection came free.
    pub async fn ops(&self) -> Result<Ops, StoreError> {
        Ok(Ops(pools::begin(&self.inner.pools.ops, "BEGIN".to_owned()).await?))
    }

    /// Now, by the clock this store was opened with.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The clock this store was opened with.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.clock)
    }

    /// Makes the monthly partitions around `now` of every table partitioned by time: four months back, three ahead.
    /// Done when the store opens; a daily job does it again. Returns how many are new.
    ///
    /// # Errors
    /// Where the role `migrator` cannot be reached or the statement fails.
    pub async fn add_partitions(&self, now: Timestamp) -> Result<i64, StoreError> {
        let mut connection = self.inner.connector.connect(Role::Migrator).await?;
        // one process at a time makes partitions; the lock ends with the connection
        sqlx::query("select pg_advisory_lock(7221746)").execute(&mut connection).await?;
        let added = sqlx::query_scalar(
            "select coalesce(sum(tenancy.add_partitions(p.partrelid, $1, $2, $3)), 0)
             from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
             where p.partstrat = 'r' and c.relnamespace = 'public'::regnamespace",
        )
        .bind(At(now))
        .bind(MONTHS_BEHIND)
        .bind(MONTHS_AHEAD)
        .fetch_one(&mut connection)
        .await?;
        sqlx::Connection::close(connection).await?;
        Ok(added)
    }

    /// Whether the database answers, for a readiness check.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.inner.pools.door).await?;
        Ok(())
    }

    /// Closes the pools, waiting for open scopes, and stops the embedded server. Clones are of no use afterwards.
    pub async fn close(&self) {
        self.inner.pools.close().await;
        if let Some(embedded) = &self.inner.embedded {
            embedded.stop().await;
        }
    }

    pub(crate) fn connector(&self) -> &Connector {
        &self.inner.connector
    }
}

async fn warn_of_superuser(connection: &mut sqlx::PgConnection) -> Result<(), StoreError> {
    let superuser: bool =
        sqlx::query_scalar("select rolsuper from pg_roles where rolname = session_user").fetch_one(connection).await?;
    if superuser {
        tracing::warn!(
            "the database login is a superuser; use one that is only a member of migrator, app, door and ops"
        );
    }
    Ok(())
}
