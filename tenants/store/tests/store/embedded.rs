//! The private server: starting, stopping, refusing, surviving.

#![expect(clippy::disallowed_methods, reason = "one test does harm as superuser, past the store")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use bailiwick_store::embedded::{Embedded, EmbeddedError};
use bailiwick_store::{AccountId, Actor, Database, Store, StoreConfig, StoreError};

/// A folder that the server's user can reach; removed with the value.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("bwe").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

async fn open(folder: &Path) -> Result<Store, StoreError> {
    Store::open(StoreConfig::new(Database::Embedded { data_dir: folder.to_owned() })).await
}

async fn open_beside(folder: &Path) -> Result<Store, StoreError> {
    Store::open_beside(StoreConfig::new(Database::Embedded { data_dir: folder.to_owned() })).await
}

/// Past the store.
async fn superuser(folder: &Path) -> sqlx::PgConnection {
    let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .socket(folder.join("postgres"))
        .username("postgres")
        .database("bailiwick");
    sqlx::ConnectOptions::connect(&options).await.unwrap()
}

async fn rename_root(store: &Store, name: &str) {
    let mut scope = store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    sqlx::query("update accounts set name = $1").bind(name).execute(scope.sql()).await.unwrap();
    scope.commit().await.unwrap();
}

async fn root_name(store: &Store) -> String {
    let mut scope = store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    sqlx::query_scalar("select name from accounts where length(name) > $1")
        .bind(0)
        .fetch_one(scope.sql())
        .await
        .unwrap()
}

fn server_pid(folder: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(folder.join("postgres/cluster/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// Whether the process lives; one that nobody has waited for has no working directory any more.
fn runs(pid: u32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

/// One folder through a whole life, since making one takes seconds: made, closed, reopened quickly, refused twice,
/// crashed, tampered with.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_its_data_through_everything() {
    let folder = folder();
    let path = folder.path();
    let store = open(path).await.unwrap();
    rename_root(&store, "first").await;

    // private: mode, socket, no TCP, no trust
    let mode = std::fs::metadata(path.join("postgres")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    assert!(path.join("postgres/.s.PGSQL.5432").exists());
    assert_eq!(std::fs::read_to_string(path.join("postgres/hba.conf")).unwrap(), "local all all peer map=bailiwick\n");
    let mut scope = store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    for (setting, expected) in [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("lc_collate", "C.UTF-8"),
        ("server_encoding", "UTF8"),
        ("unix_socket_permissions", "0700"),
    ] {
        let value: String =
            sqlx::query_scalar("select current_setting($1)").bind(setting).fetch_one(scope.sql()).await.unwrap();
        assert_eq!(value, expected, "{setting}");
    }
    drop(scope);

    // one platform a folder, and the message says who
    match open(path).await {
        Err(StoreError::Embedded(EmbeddedError::InUse { pid, .. })) => {
            assert_eq!(u32::try_from(pid).unwrap(), std::process::id())
        }
        other => panic!("{other:?}"),
    }

    // a command beside it works on the same data, and its end ends nothing
    let beside = open_beside(path).await.unwrap();
    assert_eq!(root_name(&beside).await, "first");
    beside.close().await;
    drop(beside);
    assert_eq!(root_name(&store).await, "first");
    // but not one of another version: it knows less, or more
    let mut admin = superuser(path).await;
    for (other, back) in [
        (
            "insert into _sqlx_migrations select 999999, description, installed_on, success, checksum, execution_time
          from _sqlx_migrations where version = 1",
            "delete from _sqlx_migrations where version = 999999",
        ),
        (
            "update _sqlx_migrations set version = -1 where version = 2",
            "update _sqlx_migrations set version = 2 where version = -1",
        ),
    ] {
        sqlx::raw_sql(other).execute(&mut admin).await.unwrap();
        assert!(matches!(open_beside(path).await, Err(StoreError::OtherVersion)));
        sqlx::raw_sql(back).execute(&mut admin).await.unwrap();
    }
    sqlx::Connection::close(admin).await.unwrap();

    // the server crashes: it comes back by itself, with what was committed
    let pid = server_pid(path).unwrap();
    let status = std::process::Command::new("kill").arg("-9").arg(pid.to_string()).status().unwrap();
    assert!(status.success());
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        // the old server's workers may answer for a moment longer
        if server_pid(path).is_some_and(|now| now != pid)
            && let Ok(mut scope) = store.scope(&Actor::system("test"), AccountId::ROOT).await
            && sqlx::query("select $1").bind(1).execute(scope.sql()).await.is_ok()
        {
            break;
        }
        assert!(Instant::now() < until, "the server did not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(root_name(&store).await, "first");

    // closed: nothing runs any more
    let pid = server_pid(path).unwrap();
    store.close().await;
    assert!(!runs(pid));
    drop(store);

    // an existing folder opens quickly; the figure is printed, the bound is loose for busy machines
    let started = Instant::now();
    let store = open(path).await.unwrap();
    let took = started.elapsed();
    println!("an existing folder opened in {took:?}");
    assert!(took < Duration::from_secs(10));
    assert_eq!(root_name(&store).await, "first");

    // a role that could see everything is refused at the next start
    let pid = server_pid(path).unwrap();
    let harm = async |sql: &str| {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut superuser(path).await).await.unwrap();
    };
    harm("alter role app bypassrls").await;
    store.close().await;
    drop(store);
    assert!(!runs(pid));
    match open(path).await {
        Err(StoreError::UnsafeRole { role, why }) => {
            assert_eq!((role.as_str(), why), ("app", "bypasses row-level security"))
        }
        other => panic!("{other:?}"),
    }
    // the refusal has stopped the server again
    assert_eq!(server_pid(path), None);

    // a cluster of another major version is refused by name
    let version = path.join("postgres/cluster/PG_VERSION");
    let present = std::fs::read_to_string(&version).unwrap();
    std::fs::write(&version, "9.6\n").unwrap();
    match open(path).await {
        Err(StoreError::Embedded(error @ EmbeddedError::OtherVersion { written: 9, .. })) => {
            assert!(error.to_string().contains("pg_upgrade"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    std::fs::write(&version, present).unwrap();
}

#[test]
fn a_path_too_long_for_a_socket_is_refused_before_anything_is_made() {
    let folder = folder();
    let long = folder.path().join("x".repeat(90));
    match Embedded::start(&long) {
        Err(EmbeddedError::LongPath { length, .. }) => assert!(length > 107),
        other => panic!("{other:?}"),
    }
    assert!(!long.join("postgres").exists());
}

#[test]
fn a_closed_way_to_the_folder_is_named() {
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: only root runs the server as another user");
        return;
    }
    let outer = tempfile::Builder::new().prefix("bwe").tempdir().unwrap();
    std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    match Embedded::start(&outer.path().join("data")) {
        Err(EmbeddedError::Closed { folder, .. }) => assert_eq!(folder, outer.path().canonicalize().unwrap()),
        other => panic!("{other:?}"),
    }
}

/// Runs in a child process of the next test: opens the folder, says so, and waits to be killed.
#[tokio::test]
#[ignore = "run by the_server_does_not_outlive_a_killed_platform"]
async fn platform_to_be_killed() {
    let Some(folder) = std::env::var_os("BAILIWICK_TEST_FOLDER") else { return };
    let store = open(Path::new(&folder)).await.unwrap();
    rename_root(&store, "committed").await;
    println!("READY");
    std::thread::sleep(Duration::from_secs(120));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_does_not_outlive_a_killed_platform() {
    use std::io::{BufRead, BufReader};
    let folder = folder();
    let mut platform = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::platform_to_be_killed", "--ignored", "--nocapture"])
        .env("BAILIWICK_TEST_FOLDER", folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(platform.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("READY")), "the platform did not start");
    let pid = server_pid(folder.path()).unwrap();
    platform.kill().unwrap();
    platform.wait().unwrap();
    // at once, while the orphan may still be shutting down
    let store = open(folder.path()).await.unwrap();
    assert_ne!(server_pid(folder.path()), Some(pid));
    assert!(!runs(pid));
    assert_eq!(root_name(&store).await, "committed");
    store.close().await;
}
