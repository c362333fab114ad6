//! One set of keys a database: who comes first, who comes with the same, with another, with none, and at once.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bailiwick_store::keys::{KeyError, KeyKind, Secret};
use bailiwick_store::{Store, testing};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

async fn sealing(store: &Store, path: &Path) -> Result<[u8; 32], KeyError> {
    Ok(*store.key(KeyKind::Sealing, path).await?.bytes())
}

#[tokio::test]
async fn the_first_makes_the_key_and_others_bring_the_same() {
    let (store, folder) = (testing::store().await, folder());
    let path = folder.path().join("new/sealing.key");
    let made = sealing(&store, &path).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(sealing(&store, &path).await.unwrap(), made);
    let copy = folder.path().join("copy.key");
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(sealing(&store, &copy).await.unwrap(), made);
    // the same secret as raw bytes
    std::fs::write(&copy, made).unwrap();
    assert_eq!(sealing(&store, &copy).await.unwrap(), made);
    // each kind has its own, and what the database holds of a key is not the key
    let audit = store.key(KeyKind::Audit, &folder.path().join("audit.key")).await.unwrap();
    assert_ne!(*audit.bytes(), made);
}

#[tokio::test]
async fn another_key_and_no_key_are_refused_and_none_is_made() {
    let database = testing::database().await;
    let (store, folder) = (database.store.clone(), folder());
    sealing(&store, &folder.path().join("first.key")).await.unwrap();
    let none = folder.path().join("none.key");
    let refused = sealing(&store, &none).await.unwrap_err();
    assert!(matches!(&refused, KeyError::Missing { kind: KeyKind::Sealing, path } if *path == none), "{refused}");
    assert!(refused.to_string().contains("key_missing"), "{refused}");
    assert!(!none.exists(), "a key that nothing of this database opens to is not made");
    let other = folder.path().join("other.key");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    mode(&other, 0o600);
    let refused = sealing(&store, &other).await.unwrap_err();
    assert!(matches!(&refused, KeyError::Differs { .. }) && refused.to_string().contains("key_differs"), "{refused}");
    // also by a store that was opened later
    let later = database.reopen().await.unwrap();
    assert!(matches!(sealing(&later, &other).await, Err(KeyError::Differs { .. })));
    // one that is lost for good is forgotten by an order of its own, and only that one
    assert!(later.forget_key(KeyKind::Sealing).await.unwrap() && !later.forget_key(KeyKind::Audit).await.unwrap());
    sealing(&store, &other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_come_first_at_once_one_is_the_first() {
    let (database, folder) = (testing::database_with(1).await, folder());
    let at_once = async |paths: Vec<PathBuf>| {
        let tasks: Vec<_> = paths
            .into_iter()
            .map(|path| (database.store.clone(), path))
            .map(|(store, path)| tokio::spawn(async move { (sealing(&store, &path).await, path) }))
            .collect();
        let mut done = Vec::new();
        for task in tasks {
            done.push(task.await.unwrap());
        }
        done
    };
    // each with a folder of its own: one wins, and nobody else makes a key
    let all = at_once((0..8).map(|n| folder.path().join(format!("{n}/sealing.key"))).collect()).await;
    let won: Vec<_> = all.iter().filter(|(result, _)| result.is_ok()).collect();
    assert_eq!(won.len(), 1);
    for (result, path) in &all {
        assert_eq!(result.is_ok(), path.exists(), "{result:?}");
    }
    assert!(all.iter().all(|(result, _)| matches!(result, Ok(_) | Err(KeyError::Missing { .. }))));
    // with one file for all, all have its key
    database.store.forget_key(KeyKind::Sealing).await.unwrap();
    let shared = folder.path().join("shared.key");
    let all = at_once(vec![shared; 8]).await;
    let keys: std::collections::BTreeSet<_> = all.into_iter().map(|(result, _)| result.unwrap()).collect();
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn a_key_is_for_its_owner_and_whole() {
    let (store, folder) = (testing::store().await, folder());
    let path = folder.path().join("sealing.key");
    sealing(&store, &path).await.unwrap();
    mode(&path, 0o644);
    assert!(matches!(sealing(&store, &path).await, Err(KeyError::Open { mode: 0o644, .. })));
    mode(&path, 0o600);
    for broken in ["", "short", &"g".repeat(64), &"ab".repeat(33)] {
        std::fs::write(&path, broken).unwrap();
        assert!(matches!(sealing(&store, &path).await, Err(KeyError::NoKey { .. })), "{broken:?}");
        assert!(matches!(Secret::read(&path), Err(KeyError::NoKey { .. })), "{broken:?}");
    }
}

#[tokio::test]
async fn who_serves_cannot_change_which_key_belongs_to_the_database() {
    let database = testing::database().await;
    let mut connection = database.superuser().await;
    for role in ["app", "door", "ops"] {
        let may: bool =
            sqlx::query_scalar("select has_table_privilege($1, 'installation_keys', 'select, insert, update, delete')")
                .bind(role)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        assert!(!may, "{role}");
    }
}
