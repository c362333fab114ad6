//! Entries for the tests, and the rights of those who write them.

use bailiwick_audit::{Entry, EntryId, Object, record};
use bailiwick_store::testing::{self, TestDatabase};
use bailiwick_store::{AccountId, Actor, PageRequest, Store};
use serde_json::json;

pub const ACTOR: Actor = Actor::system("test");

/// Writes one entry in a transaction of its own.
pub async fn write(store: &Store, account: AccountId, object: &str) -> EntryId {
    let mut scope = store.scope(&ACTOR, account).await.unwrap();
    scope.set_source(Some("192.0.2.7".into()));
    let entry = Entry::new("device.renamed", Object::new("device", object).named(format!("name of {object}")))
        .before(json!({ "name": "old" }))
        .after(json!({ "name": object }));
    let id = record(&mut scope, entry).await.unwrap();
    scope.commit().await.unwrap();
    id
}

/// A customer of the root's, for tests that need a second account.
pub async fn second_account(database: &TestDatabase) -> AccountId {
    let id = AccountId::new();
    sqlx::query(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, '/aaaa/', 'aaaa', $2, 'dealer', 'A')",
    )
    .bind(id)
    .bind(AccountId::ROOT)
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn an_entry_is_of_the_transaction_it_tells_of() {
    let store = testing::store().await;
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    record(&mut scope, Entry::new("device.renamed", Object::new("device", "1"))).await.unwrap();
    drop(scope);
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(10, None)).await.unwrap();
    assert!(page.items.is_empty(), "what was rolled back left no entry");
}

#[tokio::test]
async fn nobody_changes_removes_or_forges_an_entry() {
    let database = testing::database().await;
    write(&database.store, AccountId::ROOT, "1").await;
    let attempts = [
        "update audit_entries set detail = '{}'",
        "update audit_entries set at = now()",
        "delete from audit_entries",
        "truncate audit_entries",
        // whose, when and in which transaction is the database's to say
        "insert into audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt, actor)
         values (tenancy.tenant(), gen_random_uuid(), 'a.b', 'a', '1', '{}', '0123456789abcdef', 'system:other')",
        "insert into audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt, at)
         values (tenancy.tenant(), gen_random_uuid(), 'a.b', 'a', '1', '{}', '0123456789abcdef', now())",
        "insert into audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt, transaction)
         values (tenancy.tenant(), gen_random_uuid(), 'a.b', 'a', '1', '{}', '0123456789abcdef', '3')",
        "update audit_seals set root = root",
        "delete from audit_seals",
        "insert into audit_seals default values",
    ];
    for attempt in attempts {
        let mut scope = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
        let error = sqlx::raw_sql(attempt).execute(scope.sql()).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{attempt}");
    }
}

#[tokio::test]
async fn ops_can_erase_an_entry_and_nothing_else() {
    let database = testing::database().await;
    write(&database.store, AccountId::ROOT, "1").await;
    let attempts = [
        "update audit_entries set detail = '{\"name\": \"another\"}'",
        "update audit_entries set detail = null, salt = null, detail_hash = decode(repeat('00', 32), 'hex')",
        "update audit_entries set salt = '0123456789abcdef'",
        "update audit_entries set actor = 'system:other'",
        "delete from audit_entries",
        "update audit_seals set number = 7",
        "delete from audit_seals",
    ];
    for attempt in attempts {
        let mut ops = database.store.ops().await.unwrap();
        let error = sqlx::raw_sql(attempt).execute(ops.sql()).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{attempt}");
    }
}
