//! Reading and setting what an account denies to those above.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::AccountId;
use serde_json::json;

use super::{Restriction, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::{Permission, Permissions};
use crate::principal::Principal;

impl Access {
    /// What is denied on an account, by itself and by the accounts above that the principal sees.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn restrictions(
        &self,
        principal: &Principal,
        account: AccountId,
    ) -> Result<Vec<Restriction>, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewAccounts).await?;
        Ok(store::seen(&mut scope, &lineage).await?)
    }

    /// Says what the account itself denies to those above it, in place of what it denied before.
    ///
    /// # Errors
    /// [`AccessError::Denied`] where the principal's grant lies above the account; [`AccessError::Invalid`] for a
    /// permission that cannot be denied; [`AccessError::LastToLift`] where nobody with a role on the account itself, given
    /// by hand, could lift it; and those of [`Access::authorize`].
    pub async fn restrict(
        &self,
        principal: &Principal,
        account: AccountId,
        denied: Permissions,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManagePrivacy).await?;
        let own = principal.held().iter().any(|held| {
            held.origin.account == account && held.permissions_at(scope.lineage()).contains(Permission::ManagePrivacy)
        });
        if !own {
            return Err(AccessError::Denied { needs: Permission::ManagePrivacy });
        }
        if !denied.iter().all(Permission::restrictable) {
            return Err(AccessError::Invalid { field: "denied", detail: "has a permission that cannot be denied" });
        }
        let before = store::of(&mut scope, account).await?;
        if before == denied {
            return Ok(());
        }
        store::replace(&mut scope, denied).await?;
        let place = scope.lineage().clone();
        self.keep_who_lifts(&mut scope, account, &place, None).await?;
        let entry = Entry::new("restrictions.changed", Object::new("account", account))
            .before(json!({ "denied": before }))
            .after(json!({ "denied": denied }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }
}
