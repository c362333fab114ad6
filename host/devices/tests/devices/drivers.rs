//! Installing and granting.

use bailiwick_contract::policy::{Category, Grant};
use bailiwick_devices::drivers::{self, Arrival, Catalogue, DriverError};
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
    assert_eq!(installed.component, Arrival::Added);
    assert_eq!(drivers::named(&mut scope, "test-sensor").await.unwrap().manifest.driver.version, "1.1.0");
    // back again only where that is meant
    let back = drivers::install(&mut scope, &manifest(), &digest(), COMPONENT, now).await;
    assert!(matches!(back, Err(DriverError::Downgrade { .. })));
    let back = drivers::roll_back(&mut scope, &manifest(), &digest(), COMPONENT, now).await.unwrap();
    assert_eq!(back.component, Arrival::Known);
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

/// Grants from before consent was kept with them were given for the version that worked.
#[tokio::test]
async fn a_grant_from_before_holds_for_the_version_that_worked_and_one_that_cannot_be_read_for_nothing() {
    let ground = Ground::new().await;
    let mut superuser = ground.database.superuser().await;
    sqlx::query("update driver_grants set consented = null").execute(&mut superuser).await.unwrap();
    let digest_of = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let version = |number: &str| {
        let mut next = manifest();
        next.driver.version = number.into();
        next
    };
    let install = async |manifest: &bailiwick_contract::manifest::Manifest, bytes: &[u8]| {
        let mut scope = ground.scope(AccountId::ROOT).await;
        let now = ground.store.now();
        let done = drivers::install(&mut scope, manifest, &digest_of(bytes), bytes, now).await.unwrap();
        scope.commit().await.unwrap();
        (done.followed, done.asked)
    };
    let digest_in_use = async || {
        let mut scope = ground.scope(ground.customer).await;
        drivers::granted(&mut scope, "test-sensor").await.unwrap().unwrap().digest
    };
    let mut wider = version("1.1.0");
    wider.limits.table_rows += 1;
    assert_eq!(install(&wider, b"wider").await, (0, 1));
    assert_eq!(digest_in_use().await, digest());
    assert_eq!(install(&version("1.2.0"), b"same").await, (1, 0));
    assert_eq!(digest_in_use().await, digest_of(b"same"));

    // a manifest that breaks a rule which came later is replaced like any other, and what it asked counts for nothing
    sqlx::query("update driver_grants set consented = null").execute(&mut superuser).await.unwrap();
    let broken = "update drivers set manifest = replace(manifest::text, '[0-9a-f]{12}', '.*')::json";
    sqlx::query(broken).execute(&mut superuser).await.unwrap();
    assert_eq!(install(&version("1.3.0"), b"mended").await, (0, 1));
    assert_eq!(digest_in_use().await, digest_of(b"same"));
    let mut scope = ground.scope(ground.customer).await;
    let now = ground.store.now();
    let all = Grant::all_of(&manifest());
    drivers::grant_version(&mut scope, "test-sensor", &digest_of(b"mended"), &all, now).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(digest_in_use().await, digest_of(b"mended"));
}

/// One statement for each account, however many follow or are asked.
#[tokio::test]
async fn an_installation_concerns_many_accounts_at_once() {
    let ground = Ground::new().await;
    let mut accounts = Vec::new();
    for n in 0..40 {
        accounts.push(account(&ground.store, ground.dealer, "customer", &format!("Customer {n}")).await);
    }
    let all = Grant::all_of(&manifest());
    let now = ground.store.now();
    let mut scope = ground.scope(ground.dealer).await;
    drivers::grant_each(&mut scope, &accounts, ("test-sensor", &digest()), &all, now).await.unwrap();
    assert_eq!(scope.account(), ground.dealer, "it ends where it began");
    scope.commit().await.unwrap();
    let too_many: Vec<AccountId> = (0..=drivers::MOST_AT_ONCE).map(|_| AccountId::new()).collect();
    let mut scope = ground.scope(ground.dealer).await;
    let refused = drivers::grant_each(&mut scope, &too_many, ("test-sensor", &digest()), &all, now).await;
    assert!(matches!(refused, Err(DriverError::TooMany)));
    drop(scope);

    let mut narrower = manifest();
    narrower.driver.version = "1.1.0".into();
    narrower.limits.table_rows -= 1;
    let mut scope = ground.scope(AccountId::ROOT).await;
    let bytes = b"narrower";
    let digest_of = hex::encode(Sha256::digest(bytes));
    let done = drivers::install(&mut scope, &narrower, &digest_of, bytes, now).await.unwrap();
    assert_eq!((done.followed, done.asked), (41, 0));
    let ended = drivers::uninstall(&mut scope, "test-sensor", drivers::Grants::End, now).await.unwrap();
    assert_eq!(ended, 41);
    scope.commit().await.unwrap();
    let told: Vec<(String, i64)> = sqlx::query_as(
        "select action, count(distinct tenant_id) from audit_entries where action in ('driver.updated', 'driver.uninstalled')
         group by action order by action",
    )
    .fetch_all(&mut ground.database.superuser().await)
    .await
    .unwrap();
    // and the platform's own
    assert_eq!(told, [("driver.uninstalled".to_owned(), 42), ("driver.updated".to_owned(), 41)]);
}
