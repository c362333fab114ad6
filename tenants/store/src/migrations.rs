//! Brings a database up to date: roles first, then the numbered migrations as `migrator`, then a look at
//! whether the result may be served at all.

use std::time::{Duration, Instant};

use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::error::StoreError;
use crate::pools::{Connector, Role};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The SQL that makes the four roles: for someone whose login may not create them.
pub(crate) const ROLES: &str = include_str!("roles.sql");

/// One process at a time looks for the roles and makes them.
const LOCK: i64 = 7_221_748;

/// Makes the roles where one is missing or not granted to the login.
pub(crate) async fn ensure_roles(connection: &mut PgConnection) -> Result<(), StoreError> {
    // two processes that start at once would both make them
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut *connection).await?;
    let ensured = make_roles(connection).await;
    sqlx::query("select pg_advisory_unlock($1)").bind(LOCK).execute(connection).await?;
    ensured
}

async fn make_roles(connection: &mut PgConnection) -> Result<(), StoreError> {
    // from 16 on a member may be one without SET ROLE
    let held: i64 = sqlx::query_scalar(
        "select count(*) from pg_roles
         where rolname in ('migrator', 'app', 'door', 'ops')
           and pg_has_role(current_user, oid,
                           case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let ready = held == 4
        && sqlx::query_scalar(
            "select has_schema_privilege('app', 'public', 'usage')
                and has_schema_privilege('migrator', 'public', 'create')
                and has_database_privilege('migrator', current_database(), 'create')",
        )
        .fetch_one(&mut *connection)
        .await?;
    if !ready {
        sqlx::raw_sql(ROLES).execute(connection).await.map_err(StoreError::Roles)?;
    }
    Ok(())
}

/// Runs the migrations that are new. A database that another text of a migration has made is refused as it is
/// (docs/adr/0055), and so is one that knows migrations which are unknown here.
pub(crate) async fn migrate(connector: &Connector) -> Result<(), StoreError> {
    let mut connection = connector.connect(Role::Migrator).await?;
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(|error| match error {
        MigrateError::VersionMismatch(version) => StoreError::OtherMigration { version },
        MigrateError::VersionMissing(version) => StoreError::NewerDatabase { version },
        error => StoreError::Migration(error),
    })
}

/// How long a server that is just starting is waited for: one that must be made takes 3 to 5 s.
const START_LIMIT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(100);

/// Waits until the database that another process runs is up to date, and changes nothing of it.
pub(crate) async fn await_same(connector: &Connector) -> Result<(), StoreError> {
    let own: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let until = Instant::now() + START_LIMIT;
    loop {
        let found = match connector.connect(Role::Migrator).await {
            Ok(mut connection) => applied(&mut connection).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) if found == own => return Ok(()),
            // more than are known here, or others: waiting changes nothing
            Ok(found) if !own.starts_with(&found) => return Err(StoreError::OtherVersion),
            Ok(_) if Instant::now() >= until => return Err(StoreError::OtherVersion),
            Err(error) if Instant::now() >= until => return Err(StoreError::Unreachable(error)),
            Ok(_) | Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}

async fn applied(connection: &mut PgConnection) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
        .fetch_all(connection)
        .await
}

/// Feeds a hasher with everything that decides what a migrated database looks like.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint(hasher: &mut impl std::hash::Hasher) {
    use std::hash::Hash;
    ROLES.hash(hasher);
    for migration in MIGRATIONS.iter() {
        migration.version.hash(hasher);
        migration.checksum.hash(hasher);
    }
}

/// Refuses a database in which `app` could see more than its scope.
pub(crate) async fn refuse_unsafe(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (role, superuser, bypass, owner, climbs): (String, bool, bool, bool, bool) = sqlx::query_as(
        "select rolname::text, rolsuper, rolbypassrls,
                exists (select from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace),
                exists (select from pg_auth_members m where m.member = r.oid)
         from pg_roles r where rolname = current_user",
    )
    .fetch_one(&mut *connection)
    .await?;
    let why = if superuser {
        "is a superuser"
    } else if bypass {
        "bypasses row-level security"
    } else if owner {
        "owns tables"
    } else if climbs {
        "is a member of another role"
    } else {
        let open: Option<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c
             join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
               and not (c.relrowsecurity and c.relforcerowsecurity)
             limit 1",
        )
        .fetch_optional(connection)
        .await?;
        return open.map_or(Ok(()), |table| Err(StoreError::UnprotectedTable { table }));
    };
    Err(StoreError::UnsafeRole { role, why })
}
