//! Installing and granting.

use bailiwick_contract::policy::{Category, Grant};
use bailiwick_devices::drivers::{self, Catalogue, DriverError, Installation};
use bailiwick_store::AccountId;
use sha2::{Digest, Sha256};

use crate::ground::*;

#[tokio::test]
async fn a_manifest_reads_back_whole_and_a_new_version_takes_over() {
    let ground = Ground::new().await;
    let now = ground.store.now();
    let mut scope = ground.scope(AccountId::ROOT).await;
    let installed = drivers::named(&mut scope, "test-sensor").await.unwrap();
    assert_eq!(installed.manifest, manifest());
    assert_eq!(drivers::component(&mut scope, &digest()).await.unwrap(), COMPONENT);
    let mut newer = manifest();
    newer.driver.version = "1.1.0".into();
    let digest_of = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let installed = drivers::install(&mut scope, &newer, &digest_of(b"two"), b"two", now).await.unwrap();
    assert_eq!(installed, Installation::Added);
    assert_eq!(drivers::named(&mut scope, "test-sensor").await.unwrap().manifest.driver.version, "1.1.0");
    // back again is the same step
    let back = drivers::install(&mut scope, &manifest(), &digest(), COMPONENT, now).await.unwrap();
    assert_eq!(back, Installation::Known);
    scope.commit().await.unwrap();
    let catalogue = Catalogue::open(&ground.store).await.unwrap();
    assert_eq!(catalogue.active("test-sensor").unwrap().digest, digest());
    assert!(catalogue.by_digest(&digest_of(b"two")).is_some_and(|driver| !driver.active));
    assert_eq!(catalogue.all_active().len(), 1);
}

#[tokio::test]
async fn only_the_platform_installs() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.dealer).await;
    let refused = drivers::install(&mut scope, &manifest(), &digest(), COMPONENT, ground.store.now()).await;
    assert!(matches!(refused, Err(DriverError::PlatformOnly)));
    drop(scope);
    // the database refuses it too
    let mut scope = ground.scope(ground.dealer).await;
    let changed =
        sqlx::query("update drivers set active = false where $1").bind(true).execute(scope.sql()).await.unwrap();
    assert_eq!(changed.rows_affected(), 0);
    drop(scope);
    let mut scope = ground.scope(AccountId::ROOT).await;
    let wrong = drivers::install(&mut scope, &manifest(), &digest(), b"other", ground.store.now()).await;
    assert!(matches!(wrong, Err(DriverError::Digest(_))));
}

#[tokio::test]
async fn nothing_is_granted_that_is_not_declared() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.other).await;
    let mut grant = Grant::all_of(&manifest());
    grant.categories.insert(Category::Location);
    let beyond = drivers::grant(&mut scope, "test-sensor", &grant, ground.store.now()).await;
    assert!(matches!(beyond, Err(DriverError::NotDeclared(what)) if what == ["location"]));
    let unknown = drivers::grant(&mut scope, "nothing", &Grant::default(), ground.store.now()).await;
    assert!(matches!(unknown, Err(DriverError::NotFound)));
    assert!(drivers::grants(&mut scope).await.unwrap().is_empty());
    assert!(matches!(drivers::revoke_grant(&mut scope, "test-sensor").await, Err(DriverError::NotFound)));
}
