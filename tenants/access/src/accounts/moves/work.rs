//! Doing a move: the work of its job.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Scope, TableClass};
use serde_json::{Map, Value, json};

use super::plan::Way;
use super::{MoveId, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::{Permission, Permissions};
use crate::restrictions;

impl Access {
    /// Does a move in the scope of its job, which lies at the nearest account above both parents and acts as
    /// `system:account-move`. What stands in its way by now is looked at again, behind the locks: then it is refused,
    /// and that is its end. One that ended already is left as it is. The caller commits.
    ///
    /// # Errors
    /// Where the database fails, or others keep it waiting too long: it may be tried again.
    pub async fn run_move(&self, scope: &mut Scope, account: AccountId, id: MoveId) -> Result<(), AccessError> {
        store::take_turn(scope).await?;
        let Some((asked_from, to, by)) = store::lock(scope, account, id).await? else { return Ok(()) };
        let top = scope.account();
        // what is told below is told as done from there
        scope.set_through(top);
        let way = match Way::find(scope, account, to).await {
            Ok(way) if way.from == asked_from => way,
            // the parent was erased or left the scope, or the account lies elsewhere by now
            Ok(_) | Err(AccessError::NotFound | AccessError::OwnAccount) => {
                return Ok(store::end(scope, account, id, "refused", None, self.store.now()).await?);
            }
            Err(error) => return Err(error),
        };
        store::lock_subtree(scope, &way.node.lineage).await?;
        let plan = self.plan(scope, &way, &self.mover(&by).await?, None).await?;
        let Some(place) = way.place.clone().filter(|_| plan.conflicts.is_empty()) else {
            let result = json!({ "conflicts": plan.conflicts });
            return Ok(store::end(scope, account, id, "refused", Some(result), self.store.now()).await?);
        };
        scope.defer_fences().await?;
        let mut rows = Map::new();
        let accounts = store::relocate(scope, account, to, &way.node.lineage, &place).await?;
        rows.insert("accounts".to_owned(), accounts.into());
        for table in scope.owned_tables().await? {
            if table.class() == TableClass::Tree {
                let moved = scope.rewrite_lineage(&table, &way.node.lineage, &place).await?;
                if moved > 0 {
                    rows.insert(table.name().to_owned(), moved.into());
                }
            }
        }
        let result = json!({ "rows": Value::Object(rows) });
        store::end(scope, account, id, "done", Some(result), self.store.now()).await?;
        // neither parent is told of the other, nor the account of either: each may be a stranger's
        for (told, action) in [(account, "account.moved"), (way.from, "account.moved_away"), (to, "account.moved_here")]
        {
            scope.visit(told).await?;
            let object = Object::new("account", account).named(way.node.name.clone());
            record(scope, Entry::new(action, object).on_behalf_of(by.clone())).await?;
        }
        scope.visit(account).await?;
        deny(scope, plan.restrictions_kept, by).await?;
        Ok(scope.visit(top).await?)
    }

    /// Gives a move up that was tried too often.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn fail_move(&self, scope: &mut Scope, account: AccountId, id: MoveId) -> Result<(), AccessError> {
        if store::lock(scope, account, id).await?.is_some() {
            store::end(scope, account, id, "failed", None, self.store.now()).await?;
        }
        Ok(())
    }
}

/// Has the scope's account deny these too.
async fn deny(scope: &mut Scope, kept: Vec<Permission>, by: String) -> Result<(), AccessError> {
    if kept.is_empty() {
        return Ok(());
    }
    let account = scope.account();
    let before = restrictions::store::of(scope, account).await?;
    let denied = before.or(kept.into_iter().collect::<Permissions>());
    restrictions::store::replace(scope, denied).await?;
    let entry = Entry::new("restrictions.changed", Object::new("account", account))
        .before(json!({ "denied": before }))
        .after(json!({ "denied": denied }))
        .on_behalf_of(by);
    record(scope, entry).await?;
    Ok(())
}
