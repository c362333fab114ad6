//! A real PostgreSQL for integration tests, in one line: `let store = bailiwick_store::testing::store().await;`.
//!
//! Each test gets a fresh database, copied from a migrated template. `cargo xtask test` starts one server for the whole
//! run (`examples/test_cluster.rs`) and names its folder in the environment's `TEST_CLUSTER`; every test binary uses that
//! one. A binary that runs alone starts a private server, which ends with the binary. A server's cluster is copied from
//! one that is made once for a set of migrations and kept in the temporary folder, so a start takes half a second instead
//! of five. What a process could not remove at its end (a kill leaves no time) the next one removes.

#![expect(clippy::expect_used, reason = "a test without its database can only stop")]

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::embedded::{Durability, Embedded};
use crate::error::StoreError;
use crate::migrations;
use crate::pools::Connector;
use crate::store::Store;

/// The environment's name for the folder of the run's server.
const CLUSTER: &str = "TEST_CLUSTER";
const PREFIX: &str = "bailiwick-test-";
const TEMPLATE: &str = "bailiwick-template-";

/// A fresh store with nothing in it but the root account.
pub async fn store() -> Store {
    database().await.store
}

/// A fresh database with its store, a clock that can be turned, and a way round every policy. Eight scopes may be open
/// at once, or as many as the environment's `BAILIWICK_TEST_CONNECTIONS` says: with one, every scope follows the one
/// before on the same connection, and what that left behind would show.
pub async fn database() -> TestDatabase {
    let most = std::env::var("BAILIWICK_TEST_CONNECTIONS").ok();
    database_with(most.map_or(8, |most| most.parse().expect("BAILIWICK_TEST_CONNECTIONS is a number"))).await
}

/// As [`database`], with at most so many scopes open at once.
pub async fn database_with(app_connections: u32) -> TestDatabase {
    database_of(SERVER.get_or_init(Server::of_run).await, app_connections).await
}

/// As [`database_with`], on a private server that waits for the disk at each commit as the product's does: for
/// measurements. A binary has one server, so it is this or the others.
pub async fn synced_database(app_connections: u32) -> TestDatabase {
    let start = || async { Server::Own(start(Durability::Synced).await) };
    database_of(SERVER.get_or_init(start).await, app_connections).await
}

async fn database_of(server: &Server, app_connections: u32) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("{DATABASES}{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut admin = server.admin().await;
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name} template bailiwick")))
        .execute(&mut admin)
        .await
        .expect("the template can be copied");
    let connector = server.connector_to(&name);
    // A copy has none of the template's rights. Roles are shared by all databases, and two changes of one role at the
    // same time fail, so this is done by one test of all processes at a time. The lock ends with the connection.
    sqlx::raw_sql(AssertSqlSafe(format!("select pg_advisory_lock({ROLES_LOCK})")))
        .execute(&mut admin)
        .await
        .expect("the roles can be locked");
    let mut superuser = connector.connect_as_superuser().await.expect("the new database answers");
    sqlx::raw_sql(migrations::ROLES).execute(&mut superuser).await.expect("the roles get their rights");
    superuser.close().await.expect("the connection closes");
    admin.close().await.expect("the connection closes");
    let clock = Arc::new(TestClock::at(Timestamp::now()));
    let store = Store::assemble(connector, None, app_connections, Arc::clone(&clock) as Arc<dyn Clock>)
        .await
        .expect("the store opens");
    TestDatabase { store, clock }
}

/// A database of one test.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// The store.
    pub store: Store,
    /// The clock that the store was opened with.
    pub clock: Arc<TestClock>,
}

impl TestDatabase {
    /// Opens a second store on the same database, with all checks of a start.
    ///
    /// # Errors
    /// Where the database may not be served.
    pub async fn reopen(&self) -> Result<Store, StoreError> {
        Store::assemble(self.store.connector().clone(), None, 2, self.store.clock()).await
    }

    /// Brings the database up to date, as each start does.
    ///
    /// # Errors
    /// Where it cannot be.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrations::migrate(self.store.connector()).await
    }

    /// A connection as superuser, which no policy holds back: for tests that tamper or look behind the curtain.
    pub async fn superuser(&self) -> PgConnection {
        self.store.connector().connect_as_superuser().await.expect("the superuser can connect")
    }
}

/// A clock that stands until it is turned.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `time` (to the microsecond).
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.as_microsecond()))
    }

    /// Turns the clock by `duration`, forwards or backwards.
    pub fn advance(&self, duration: SignedDuration) {
        let micros = i64::try_from(duration.as_micros()).expect("less than 292,000 years");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("a time within jiff's range")
    }
}

/// Databases of tests: this, the process that made it, `_`, a number.
const DATABASES: &str = "test_";
const ROLES_LOCK: i64 = 7_221_749;

/// The server that this process uses.
enum Server {
    /// Never dropped: the kernel stops it when this process ends.
    Own(Embedded),
    /// That of the whole run, by its folder.
    Run(PathBuf),
}

static SERVER: OnceCell<Server> = OnceCell::const_new();

impl Server {
    async fn of_run() -> Self {
        match std::env::var_os(CLUSTER) {
            Some(folder) => {
                let server = Self::Run(folder.into());
                server.drop_left_over().await;
                server
            }
            None => Self::Own(start(Durability::Lost).await),
        }
    }

    fn connector_to(&self, database: &str) -> Connector {
        match self {
            Self::Own(embedded) => embedded.connector_to(database),
            Self::Run(folder) => Connector::socket(folder, database),
        }
    }

    async fn admin(&self) -> PgConnection {
        self.connector_to("postgres").connect_as_superuser().await.expect("the test server answers")
    }

    /// Drops the databases of test binaries that have ended: a run makes more than a disk should hold at once.
    async fn drop_left_over(&self) {
        let mut admin = self.admin().await;
        let names: Vec<String> = sqlx::query_scalar("select datname::text from pg_database")
            .fetch_all(&mut admin)
            .await
            .expect("the databases can be listed");
        for name in names {
            let maker = name.strip_prefix(DATABASES).and_then(|rest| rest.split('_').next()?.parse().ok());
            if maker.is_some_and(ended) {
                let drop = format!("drop database if exists {name} with (force)");
                // another binary may be dropping the same one
                let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await;
            }
        }
        admin.close().await.expect("the connection closes");
    }
}

fn ended(pid: u32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

/// The server of a whole run. Dropped, it stops, and its folder is removed.
#[derive(Debug)]
pub struct RunCluster {
    // dropped before the folder is removed
    embedded: Option<Embedded>,
    data: PathBuf,
}

impl RunCluster {
    /// Starts the server.
    pub async fn start() -> Self {
        Self { embedded: Some(start(Durability::Lost).await), data: own_folder() }
    }

    /// What `TEST_CLUSTER` must say for a test binary that should use this server.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.join("postgres")
    }
}

impl Drop for RunCluster {
    fn drop(&mut self) {
        drop(self.embedded.take());
        // what stays is removed by the next run
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn own_folder() -> PathBuf {
    std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()))
}

async fn start(durability: Durability) -> Embedded {
    tokio::task::spawn_blocking(move || {
        remove_left_over();
        let folder = own_folder();
        copy_template(&folder);
        Embedded::start_with(&folder, durability).expect("the test server starts")
    })
    .await
    .expect("starting the test server does not panic")
}

/// Removes the folders of test binaries that have ended.
fn remove_left_over() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(ended) {
            // another binary may be removing the same folder
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Copies the migrated template to `folder`, making it first where no binary has yet. One at a time.
fn copy_template(folder: &Path) {
    let template = template_path();
    let lock = File::create(template.with_extension("lock")).expect("the temporary folder is writable");
    lock.lock().expect("the template can be locked");
    if !template.join("ready").exists() {
        remove_old_templates(&template);
        let _ = std::fs::remove_dir_all(&template);
        make_template(&template).expect("the template can be made");
        File::create(template.join("ready")).expect("the template folder is writable");
    }
    let copied = Command::new("cp").arg("-a").arg(template.join("data")).arg(folder).status().expect("cp can be run");
    assert!(copied.success(), "the template is copied");
}

fn template_path() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    migrations::fingerprint(&mut hasher);
    nix::unistd::geteuid().as_raw().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    std::env::temp_dir().join(format!("{TEMPLATE}{:016x}", hasher.finish()))
}

fn make_template(template: &Path) -> Result<(), StoreError> {
    let embedded = Embedded::start_with(&template.join("data"), Durability::Lost)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(sqlx::Error::Io)?;
    runtime.block_on(async {
        embedded.ensure_database().await?;
        let connector = embedded.connector();
        let mut superuser = connector.connect_as_superuser().await?;
        migrations::ensure_roles(&mut superuser).await?;
        superuser.close().await?;
        migrations::migrate(&connector).await
    })
}

/// Removes the templates of other migrations that nobody is copying.
fn remove_old_templates(current: &Path) {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_template = entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPLATE)) && path.is_dir();
        if is_template && path != current {
            let lock = path.with_extension("lock");
            if File::open(&lock).is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = std::fs::remove_dir_all(&path);
                let _ = std::fs::remove_file(&lock);
            }
        }
    }
}
