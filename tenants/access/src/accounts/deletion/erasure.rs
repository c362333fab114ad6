//! Erasing what is due: the work of a job. Each step bears being done again, so a run that is cut off loses nothing.

use bailiwick_audit::{Entry, Object, erase_account, record};
use bailiwick_store::{AccountId, Actor, OperatorId, Scope, StoreError};
use jiff::SignedDuration;

use super::Erased;
use super::store::{self, Due};
use crate::access::Access;
use crate::accounts::moves::store::{lock_subtree, take_turn};
use crate::error::AccessError;

const ACTOR: Actor = Actor::system("account-erasure");
/// Rows deleted in one transaction.
const BATCH: i64 = 5_000;
/// A call that began before the account was taken out of sight has ended by then. What it wrote is erased by the run
/// after.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);

impl Access {
    /// Erases every account whose time of grace is over. It takes two runs: the second, some time later, looks again
    /// and ends it.
    ///
    /// # Errors
    /// Where the database fails: a later run goes on.
    pub async fn erase_due(&self) -> Result<Erased, AccessError> {
        let mut erased = Erased::default();
        let due = store::due(&mut self.everything().await?, self.store.now()).await?;
        for due in due {
            let Some((settled, operators)) = self.take_out_of_sight(&due).await? else { continue };
            let accounts = store::subtree(&mut self.everything().await?, &due.lineage).await?;
            for account in &accounts {
                self.erase_rows(due.account, *account).await?;
                erase_account(&self.store, *account).await?;
            }
            for operator in operators {
                self.erase_operator(operator).await?;
            }
            if settled {
                self.end(&due).await?;
                erased.ended = erased.ended.saturating_add(1);
            }
            erased.accounts.extend(accounts);
        }
        Ok(erased)
    }

    async fn everything(&self) -> Result<Scope, StoreError> {
        self.store.scope(&ACTOR, AccountId::ROOT).await
    }

    /// Whether it was taken out of sight long ago, and the operators that held a grant in it; none where it was
    /// cancelled meanwhile.
    async fn take_out_of_sight(&self, due: &Due) -> Result<Option<(bool, Vec<OperatorId>)>, AccessError> {
        let mut scope = self.everything().await?;
        take_turn(&mut scope).await?;
        let Some((begun, operators)) = store::lock(&mut scope, due.account).await? else { return Ok(None) };
        let now = self.store.now();
        if let Some(begun) = begun {
            return Ok(Some((now.duration_since(begun.0) >= SETTLED, operators)));
        }
        // whoever writes there holds an account of it, and comes first
        lock_subtree(&mut scope, &due.lineage).await?;
        store::begin(&mut scope, due, now).await?;
        let operators = store::lock(&mut scope, due.account).await?.map(|(_, operators)| operators);
        scope.commit().await?;
        Ok(Some((false, operators.unwrap_or_default())))
    }

    /// Deletes every row of one account but its tombstone, its audit entries, and the deletion that is going on.
    async fn erase_rows(&self, top: AccountId, account: AccountId) -> Result<(), AccessError> {
        let tables = self.everything().await?.owned_tables().await?;
        for table in tables {
            if table.name() == "audit_entries" || (table.name() == "deletions" && account == top) {
                continue;
            }
            loop {
                let mut scope = self.everything().await?;
                scope.visit(account).await?;
                let deleted = scope.delete_rows(&table, BATCH).await?;
                scope.commit().await?;
                if deleted == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Deletes an operator that holds no grant any more. Where rows of other accounts refer to it, such as a token that
    /// it made, its id stays, and nothing else.
    async fn erase_operator(&self, operator: OperatorId) -> Result<(), AccessError> {
        let mut ops = self.store.ops().await?;
        if !store::is_left_without_grant(&mut ops, operator).await? {
            return Ok(());
        }
        store::delete_credentials(&mut ops, operator).await?;
        match store::delete_operator(&mut ops, operator).await {
            Err(error) if is_referred_to(&error) => drop(ops),
            done => {
                done?;
                return Ok(ops.commit().await?);
            }
        }
        let mut ops = self.store.ops().await?;
        store::delete_credentials(&mut ops, operator).await?;
        store::empty_operator(&mut ops, operator).await?;
        Ok(ops.commit().await?)
    }

    /// Notes the end where the account lay, without its name.
    async fn end(&self, due: &Due) -> Result<(), AccessError> {
        let mut scope = self.everything().await?;
        let Some(parent) = store::parent(&mut scope, due.account).await? else { return Ok(()) };
        store::end(&mut scope, due.account).await?;
        scope.visit(parent).await?;
        record(&mut scope, Entry::new("account.erased", Object::new("account", due.account))).await?;
        Ok(scope.commit().await?)
    }
}

fn is_referred_to(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}
