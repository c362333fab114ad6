//! What a scope shows, and what it does not.

use bailiwick_store::{AccountId, Actor, Lineage, StoreError, testing};

#[tokio::test]
async fn the_root_exists_and_an_unknown_account_does_not() {
    let store = testing::store().await;
    let actor = Actor::system("test");
    let scope = store.scope(&actor, AccountId::ROOT).await.unwrap();
    assert_eq!(scope.lineage(), &Lineage::root());
    let missing = store.scope(&actor, AccountId::new()).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
}
