//! Accounts for the tests of this crate, written past the policies.

use std::collections::HashMap;

use bailiwick_store::testing::TestDatabase;
use bailiwick_store::{AccountId, Lineage};

/// Accounts by their lineage.
pub struct Tree(HashMap<String, AccountId>);

impl Tree {
    pub fn id(&self, lineage: &str) -> AccountId {
        self.0[lineage]
    }

    /// Makes these accounts; a parent stands before its children.
    pub async fn grow(database: &TestDatabase, lineages: &[&str]) -> Self {
        let mut superuser = database.superuser().await;
        let mut tree = HashMap::from([("/".to_owned(), AccountId::ROOT)]);
        for text in lineages {
            let lineage: Lineage = text.parse().unwrap();
            let id = AccountId::new();
            sqlx::query(
                "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, $2, $3, $4, 'dealer', $2)",
            )
            .bind(id)
            .bind(&lineage)
            .bind(lineage.keys().last().unwrap())
            .bind(tree[lineage.parent().unwrap().as_str()])
            .execute(&mut superuser)
            .await
            .unwrap();
            tree.insert((*text).to_owned(), id);
        }
        Self(tree)
    }
}
