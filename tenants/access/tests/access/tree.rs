//! Random trees against a model that knows nothing of lineages: parents and children in a map.

use std::collections::{BTreeSet, HashMap};

use bailiwick_access::accounts::{Kind, Reach};
use bailiwick_access::{Access, Permission, Principal};
use bailiwick_store::{AccountId, testing};
use proptest::prelude::*;

/// For each account to be made, whose child it is (an index into those made so far; 0 is the root).
fn shapes() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 1..14)
}

async fn check(access: &Access, shape: Vec<prop::sample::Index>) {
    let platform = Principal::system("test");
    let base = crate::world::make(access, &platform, AccountId::ROOT, "base", Kind::Dealer).await;
    let mut accounts = vec![base];
    let mut parent_of = HashMap::new();
    for at in shape {
        let parent = *at.get(&accounts);
        let id = crate::world::make(access, &platform, parent, "node", Kind::Dealer).await;
        parent_of.insert(id, parent);
        accounts.push(id);
    }
    let is_below = |mut account: AccountId, top: AccountId| {
        while let Some(parent) = parent_of.get(&account) {
            if *parent == top {
                return true;
            }
            account = *parent;
        }
        false
    };
    for top in &accounts {
        let listed: BTreeSet<AccountId> = access
            .accounts(&platform, *top, Reach::Subtree, None, None, 500)
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|account| account.id)
            .collect();
        let model: BTreeSet<AccountId> = accounts.iter().copied().filter(|account| is_below(*account, *top)).collect();
        assert_eq!(listed, model);
        let mut scope = access.authorize(&platform, *top, Permission::ViewDevices).await.unwrap();
        for account in &accounts {
            if account != top && !is_below(*account, *top) {
                assert!(scope.bind(*account).await.is_err(), "a scope binds to what lies below it only");
            }
        }
    }
}

#[test]
fn a_subtree_is_what_the_parents_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let access = runtime.block_on(async { Access::new(testing::store().await).await.unwrap() });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&shapes(), |shape| {
            runtime.block_on(check(&access, shape));
            Ok(())
        })
        .unwrap();
}
