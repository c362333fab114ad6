//! What a scope shows, and when it ends.

use bailiwick_store::testing::{self, TestDatabase};
use bailiwick_store::{AccountId, Actor, Lineage, Scope, StoreError};

use crate::tree::Tree;

const ACTOR: Actor = Actor::system("test");

pub async fn seen(scope: &mut Scope) -> Vec<String> {
    sqlx::query_scalar("select lineage from accounts where length(lineage) > $1 order by lineage")
        .bind(0)
        .fetch_all(scope.sql())
        .await
        .unwrap()
}

async fn grown() -> (TestDatabase, Tree) {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/", "/aaaa/bbbb/", "/aaaa/cccc/", "/aaaa0/", "/bbbb0/"]).await;
    (database, tree)
}

#[tokio::test]
async fn a_scope_sees_its_subtree_and_nothing_beside_it() {
    let (database, tree) = grown().await;
    let mut root = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    assert_eq!(seen(&mut root).await, ["/", "/aaaa/", "/aaaa/bbbb/", "/aaaa/cccc/", "/aaaa0/", "/bbbb0/"]);
    let mut dealer = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    assert_eq!(dealer.lineage().as_str(), "/aaaa/");
    assert_eq!(dealer.account(), tree.id("/aaaa/"));
    assert_eq!(dealer.actor(), &ACTOR);
    // '/aaaa0/' begins with the same letters, and is a stranger
    assert_eq!(seen(&mut dealer).await, ["/aaaa/", "/aaaa/bbbb/", "/aaaa/cccc/"]);
    let mut customer = database.store.scope(&ACTOR, tree.id("/aaaa/bbbb/")).await.unwrap();
    assert_eq!(seen(&mut customer).await, ["/aaaa/bbbb/"]);
}

#[tokio::test]
async fn an_unknown_account_is_not_found() {
    let store = testing::store().await;
    assert!(matches!(store.scope(&ACTOR, AccountId::new()).await, Err(StoreError::NotFound)));
    assert_eq!(store.scope(&ACTOR, AccountId::ROOT).await.unwrap().lineage(), &Lineage::root());
}

#[tokio::test]
async fn binding_narrows_and_there_is_no_way_back() {
    let (database, tree) = grown().await;
    let mut scope = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    for outside in [tree.id("/bbbb0/"), tree.id("/aaaa0/"), AccountId::ROOT, AccountId::new()] {
        assert!(matches!(scope.bind(outside).await, Err(StoreError::NotFound)));
        assert_eq!(scope.account(), tree.id("/aaaa/"));
    }
    scope.bind(tree.id("/aaaa/bbbb/")).await.unwrap();
    assert_eq!(seen(&mut scope).await, ["/aaaa/bbbb/"]);
    for above in ["/aaaa/", "/aaaa/cccc/"] {
        assert!(matches!(scope.bind(tree.id(above)).await, Err(StoreError::NotFound)));
    }
    assert_eq!(scope.account(), tree.id("/aaaa/bbbb/"));
}

#[tokio::test]
async fn excluded_subtrees_are_cut_out() {
    let (database, tree) = grown().await;
    let mut scope = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    scope.exclude(&["/aaaa/bbbb/".parse().unwrap(), "/zzzz/".parse().unwrap()]).await.unwrap();
    assert_eq!(seen(&mut scope).await, ["/aaaa/", "/aaaa/cccc/"]);
    scope.exclude(&[]).await.unwrap();
    assert_eq!(seen(&mut scope).await.len(), 3);
}

#[tokio::test]
async fn what_is_not_committed_never_happened() {
    let (database, tree) = grown().await;
    let account = tree.id("/aaaa/");
    for commit in [false, true] {
        let mut scope = database.store.scope(&ACTOR, account).await.unwrap();
        let changed = sqlx::query("update accounts set name = $1 where tenant_id = $2")
            .bind("renamed")
            .bind(account)
            .execute(scope.sql())
            .await
            .unwrap();
        assert_eq!(changed.rows_affected(), 1);
        if commit {
            scope.commit().await.unwrap();
        } else {
            drop(scope);
        }
        let mut scope = database.store.scope(&ACTOR, account).await.unwrap();
        let name: String = sqlx::query_scalar("select name from accounts where tenant_id = $1")
            .bind(account)
            .fetch_one(scope.sql())
            .await
            .unwrap();
        assert_eq!(name == "renamed", commit);
    }
}

#[tokio::test]
async fn the_database_knows_who_acts() {
    let store = testing::store().await;
    let operator = bailiwick_store::OperatorId::new();
    let token = Actor::Token { token: bailiwick_store::TokenId::new(), operator: Some(operator) };
    for (actor, person) in [(Actor::Operator(operator), Some(operator)), (token, None), (ACTOR, None)] {
        let mut scope = store.scope(&actor, AccountId::ROOT).await.unwrap();
        let (text, own): (String, Option<bailiwick_store::OperatorId>) =
            sqlx::query_as("select tenancy.actor(), tenancy.operator()").fetch_one(scope.sql()).await.unwrap();
        assert_eq!((text, own), (actor.to_string(), person));
    }
    let illegal = Actor::System("x'; reset role; --".into());
    assert!(matches!(store.scope(&illegal, AccountId::ROOT).await, Err(StoreError::Actor)));
}

#[tokio::test]
async fn times_keep_their_microseconds() {
    let store = testing::store().await;
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    for text in ["2026-11-23T12:00:00.123456Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"] {
        let time: jiff::Timestamp = text.parse().unwrap();
        let (back, shown): (bailiwick_store::At, String) =
            sqlx::query_as("select $1, to_char($1, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')")
                .bind(bailiwick_store::At(time))
                .fetch_one(scope.sql())
                .await
                .unwrap();
        assert_eq!(back.0, time);
        assert!(shown.starts_with(text.trim_end_matches('Z')), "{shown}");
    }
}
