//! Which tables hold rows of accounts, as the database's own catalogue says: what moves, exports or erases an account
//! finds them here, so that a table that is added later takes part without being named.

use std::collections::BTreeSet;

use crate::error::StoreError;
use crate::lineage::Lineage;
use crate::scope::Scope;

/// How a table's rows are isolated; see the first migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableClass {
    /// It has a lineage, and is seen over a subtree.
    Tree,
    /// It is seen in a scope bound to its account only.
    Bulk,
}

/// A table whose rows belong to accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnedTable {
    name: String,
    class: TableClass,
    /// Some columns of it are not read by `app`, and so neither is a row's place in the file.
    guarded: bool,
}

impl OwnedTable {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its rows are isolated.
    #[must_use]
    pub const fn class(&self) -> TableClass {
        self.class
    }

    /// Its name as it stands in a statement.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.name.replace('"', "\"\""))
    }
}

impl Scope {
    /// Every table whose rows belong to accounts, but the accounts themselves. A table that refers to another stands
    /// before it, so that rows can be deleted in this order.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn owned_tables(&mut self) -> Result<Vec<OwnedTable>, StoreError> {
        let rows: Vec<(String, bool, bool)> = sqlx::query_as(
            "select c.relname::text,
                    exists (select from pg_attribute where attrelid = c.oid and attname = 'lineage' and not attisdropped),
                    not has_table_privilege(c.oid, 'select')
             from pg_class c
             join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
               and c.relname <> $1
             order by c.relname",
        )
        .bind("accounts")
        .fetch_all(self.sql())
        .await?;
        let references: Vec<(String, String)> = sqlx::query_as(
            "select f.relname::text, t.relname::text
             from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
             where k.contype = $1::\"char\" and k.conparentid = 0 and k.connamespace = 'public'::regnamespace
               and k.conrelid <> k.confrelid",
        )
        .bind("f")
        .fetch_all(self.sql())
        .await?;
        let class = |tree| if tree { TableClass::Tree } else { TableClass::Bulk };
        let table = |(name, tree, guarded)| OwnedTable { name, class: class(tree), guarded };
        let tables = rows.into_iter().map(table).collect();
        Ok(referring_first(tables, &references))
    }

    /// How many rows of a tree table lie in a subtree that the scope sees.
    ///
    /// # Errors
    /// Where the statement fails.
    pub async fn count_rows(&mut self, table: &OwnedTable, subtree: &Lineage) -> Result<i64, StoreError> {
        let sql = format!(
            "select count(*) from {} where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"",
            table.quoted()
        );
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(subtree).bind(subtree.end()).fetch_one(self.sql()).await?)
    }

    /// Gives the rows of a tree table that lie in one subtree their place in another. The fence of each table is to be
    /// deferred first, and the accounts' own lineages are rewritten in the same transaction.
    ///
    /// # Errors
    /// Where the statement fails, such as by a policy for a place outside the scope.
    pub async fn rewrite_lineage(
        &mut self,
        table: &OwnedTable,
        from: &Lineage,
        to: &Lineage,
    ) -> Result<u64, StoreError> {
        let sql = format!(
            "update {} set lineage = $3 || substr(lineage, length($1) + 1)
             where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"",
            table.quoted()
        );
        let done =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(from).bind(from.end()).bind(to).execute(self.sql()).await?;
        Ok(done.rows_affected())
    }

    /// Deletes up to `most` rows of the account that the scope is bound to; of a table that has columns which `app` does
    /// not read, all at once.
    ///
    /// # Errors
    /// Where the statement fails.
    pub async fn delete_rows(&mut self, table: &OwnedTable, most: i64) -> Result<u64, StoreError> {
        let name = table.quoted();
        // a ctid is of one partition only; the account's id keeps a double of it elsewhere from being touched
        let sql = if table.guarded {
            format!("delete from {name} where tenant_id = $1 and $2::bigint > 0")
        } else {
            format!(
                "delete from {name} where tenant_id = $1
                 and ctid = any (array(select ctid from {name} where tenant_id = $1 limit $2))"
            )
        };
        let account = self.account();
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account).bind(most).execute(self.sql()).await?;
        Ok(done.rows_affected())
    }
}

/// Those that refer to others before these; where they refer to each other in a circle, in the order given.
fn referring_first(mut tables: Vec<OwnedTable>, references: &[(String, String)]) -> Vec<OwnedTable> {
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waiting: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        let referred = |name: &str| references.iter().any(|(by, to)| to == name && waiting.contains(by.as_str()));
        let free = tables.iter().position(|table| !referred(&table.name)).unwrap_or(0);
        ordered.push(tables.remove(free));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> OwnedTable {
        OwnedTable { name: name.to_owned(), class: TableClass::Tree, guarded: false }
    }

    #[test]
    fn what_refers_stands_before_what_is_referred_to() {
        let references =
            [("b", "a"), ("c", "b"), ("c", "a"), ("x", "y"), ("y", "x")].map(|(by, to)| (by.to_owned(), to.to_owned()));
        let tables = ["a", "b", "c", "x", "y"].map(table).to_vec();
        let names: Vec<String> = referring_first(tables, &references).into_iter().map(|table| table.name).collect();
        assert_eq!(names, ["c", "b", "a", "x", "y"]);
    }

    #[test]
    fn a_name_is_quoted() {
        assert_eq!(table("a\"b").quoted(), "\"a\"\"b\"");
    }
}
