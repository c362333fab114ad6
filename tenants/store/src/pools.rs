//! Connections, one pool a role. Nothing outside this crate can name them.
//!
//! Each connection does `SET ROLE` and its settings when it is made, so that the same holds whether the
//! server was reached as that very role (embedded) or as a login that is a member of it (URL).

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is the one place where connections are made"
)]

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Transaction};

use crate::address::Address;

/// A database role; see `roles.sql`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Owns the tables.
    Migrator,
    /// Serves inside scopes.
    App,
    /// Resolves exact keys.
    Door,
    /// Claims jobs.
    Ops,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Migrator => "migrator",
            Self::App => "app",
            Self::Door => "door",
            Self::Ops => "ops",
        }
    }

    /// What each new connection of the role runs. A statement under a row-level policy must be planned for the
    /// scope at hand (`force_custom_plan`): a generic plan made under another scope took 727 ms instead of 0.2.
    const fn settings(self) -> &'static str {
        match self {
            Self::Migrator => "set role migrator; set search_path = public; set timezone = 'UTC'",
            Self::App => {
                "set role app; set search_path = public; set timezone = 'UTC'; set plan_cache_mode = force_custom_plan; \
                 set statement_timeout = '30s'; set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'"
            }
            Self::Door => {
                "set role door; set search_path = public; set timezone = 'UTC'; set statement_timeout = '5s'; \
                 set idle_in_transaction_session_timeout = '10s'"
            }
            Self::Ops => {
                "set role ops; set search_path = public; set timezone = 'UTC'; set statement_timeout = '60s'; \
                 set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'"
            }
        }
    }
}

/// Knows how to reach the server as each role.
#[derive(Debug, Clone)]
pub(crate) enum Connector {
    /// By the socket in this folder, as the role itself (peer authentication).
    Socket(PgConnectOptions),
    /// As this login.
    Login(PgConnectOptions),
}

impl Connector {
    pub(crate) fn socket(folder: &Path, database: &str) -> Self {
        Self::Socket(
            PgConnectOptions::new_without_pgpass()
                .socket(folder)
                .port(crate::embedded::PORT)
                .database(database)
                .application_name("bailiwick"),
        )
    }

    pub(crate) fn login(address: &Address) -> Self {
        Self::Login(address.options())
    }

    fn options(&self, role: Role) -> PgConnectOptions {
        match self {
            Self::Socket(options) => options.clone().username(role.name()),
            Self::Login(options) => options.clone(),
        }
    }

    /// One connection outside any pool, as `role`.
    pub(crate) async fn connect(&self, role: Role) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options(role)).await?;
        sqlx::raw_sql(role.settings()).execute(&mut connection).await?;
        Ok(connection)
    }

    /// One connection as whoever may make roles: the embedded server's superuser, or the login.
    pub(crate) async fn connect_as_superuser(&self) -> Result<PgConnection, sqlx::Error> {
        let options = match self {
            Self::Socket(options) => options.clone().username(crate::embedded::SUPERUSER),
            Self::Login(options) => options.clone(),
        };
        PgConnection::connect_with(&options).await
    }

    pub(crate) async fn pool(&self, role: Role, most: u32, least: u32) -> Result<PgPool, sqlx::Error> {
        PgPoolOptions::new()
            .max_connections(most)
            .min_connections(least)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(Duration::from_secs(300))
            .after_connect(move |connection, _| {
                Box::pin(async move { sqlx::raw_sql(role.settings()).execute(connection).await.map(drop) })
            })
            .connect_with(self.options(role))
            .await
    }
}

/// Begins a transaction, and ends it where nobody waits for it any more. In a task of its own: a begin that is given up
/// half-way would leave its transaction open on a connection that goes back to the pool.
pub(crate) async fn begin(pool: &PgPool, statement: String) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(statement)).await });
    begun.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

/// The pools of a running store.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) app: PgPool,
    pub(crate) door: PgPool,
    pub(crate) ops: PgPool,
}

impl Pools {
    pub(crate) async fn open(connector: &Connector, app_connections: u32) -> Result<Self, sqlx::Error> {
        Ok(Self {
            app: connector.pool(Role::App, app_connections, 1).await?,
            door: connector.pool(Role::Door, 4, 0).await?,
            ops: connector.pool(Role::Ops, 4, 0).await?,
        })
    }

    pub(crate) async fn close(&self) {
        self.app.close().await;
        self.door.close().await;
        self.ops.close().await;
    }
}
