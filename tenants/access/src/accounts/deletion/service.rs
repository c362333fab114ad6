//! Asking for a deletion, and cancelling it.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use serde_json::json;

use super::{Deletion, store};
use crate::access::Access;
use crate::accounts;
use crate::accounts::imposed::topmost;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;

impl Access {
    /// Suspends an account with all below it, to be erased after `grace`. `name` is the account's name, typed again.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] where that is not its name; [`AccessError::Conflict`] where it is to be deleted already;
    /// [`AccessError::OwnAccount`] where the principal's role does not lie above it; and those of [`Access::authorize`].
    pub async fn delete_account(
        &self,
        principal: &Principal,
        account: AccountId,
        name: &str,
        grace: SignedDuration,
    ) -> Result<Deletion, AccessError> {
        let mut scope = self.authorize_above(principal, account, Permission::DeleteAccounts).await?;
        let found = accounts::store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        if found.name != name.trim() {
            return Err(AccessError::Invalid { field: "name", detail: "is not the account's name" });
        }
        let now = self.store.now();
        let deletion = Deletion { requested_at: now, erase_at: now.checked_add(grace).unwrap_or(now) };
        let top = topmost(principal, &scope, Permission::DeleteAccounts)?;
        if !store::insert(&mut scope, &deletion, found.suspended_at.is_some(), top.account).await? {
            return Err(AccessError::Conflict("the account is to be deleted already"));
        }
        if accounts::store::suspension(&mut scope).await?.is_none() {
            accounts::store::suspend(&mut scope, now, top.account).await?;
        }
        let entry = Entry::new("account.deletion_requested", Object::new("account", account))
            .after(json!({ "erase_at": deletion.erase_at }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(deletion)
    }

    /// Keeps an account that was to be deleted. It is resumed, unless it was suspended before, or by a grant that lies
    /// higher meanwhile.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it is not to be deleted; [`AccessError::ImposedFromAbove`] where that was asked for
    /// by a grant that lies higher than the principal's; [`AccessError::OwnAccount`]; and those of [`Access::authorize`].
    pub async fn keep_account(&self, principal: &Principal, account: AccountId) -> Result<(), AccessError> {
        let mut scope = self.authorize_above(principal, account, Permission::DeleteAccounts).await?;
        let top = topmost(principal, &scope, Permission::DeleteAccounts)?;
        let cancelled = store::cancel(&mut scope).await?.ok_or(AccessError::NotFound)?;
        if !self.lies_as_high(top, cancelled.through).await? {
            return Err(AccessError::ImposedFromAbove);
        }
        if let Some(suspended) = accounts::store::suspension(&mut scope).await?
            && !cancelled.was_suspended
            && self.lies_as_high(top, suspended.through).await?
        {
            accounts::store::resume(&mut scope).await?;
        }
        record(&mut scope, Entry::new("account.deletion_cancelled", Object::new("account", account))).await?;
        Ok(scope.commit().await?)
    }
}
