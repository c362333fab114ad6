//! Changing and taking roles. They are given with [`Access::add_operator`].

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, OperatorId, Scope};
use serde_json::json;

use super::{Member, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::{Permission, Role};
use crate::principal::{Held, Principal};
use crate::tokens;

impl Access {
    /// Everyone who has access to an account: those granted on it and, as far up as the principal itself sees, those
    /// granted above. By name.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn members(&self, principal: &Principal, account: AccountId) -> Result<Vec<Member>, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewOperators).await?;
        Ok(store::members(&mut scope, account, &lineage).await?)
    }

    /// Changes the role that an operator was granted on this very account.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has none here; [`AccessError::LastOwner`]; and those of [`Access::authorize`].
    pub async fn change_role(
        &self,
        principal: &Principal,
        account: AccountId,
        operator: OperatorId,
        role: Role,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let (grant, before) = store::find(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        if before == role {
            return Ok(());
        }
        self.keep_an_owner(&mut scope, principal, operator, before).await?;
        store::change(&mut scope, operator, role).await?;
        let entry = Entry::new("grant.changed", Object::new("grant", grant))
            .before(json!({ "operator": operator, "role": before }))
            .after(json!({ "operator": operator, "role": role }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }

    /// Takes the role that an operator was granted on this very account, and revokes the API tokens that it made here
    /// and below: who leaves takes no key along. Returns how many.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has none here; [`AccessError::LastOwner`]; and those of [`Access::authorize`].
    pub async fn remove_operator(
        &self,
        principal: &Principal,
        account: AccountId,
        operator: OperatorId,
    ) -> Result<u64, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let (grant, role) = store::find(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        self.keep_an_owner(&mut scope, principal, operator, role).await?;
        let revoked = tokens::store::revoke_made_by(&mut scope, operator, self.store.now()).await?;
        store::remove(&mut scope, operator).await?;
        let entry = Entry::new("grant.removed", Object::new("grant", grant))
            .before(json!({ "operator": operator, "role": role }))
            .after(json!({ "tokens_revoked": revoked }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(revoked)
    }

    /// Refuses to leave an account without an owner: always at the root, and further down where who asks owns nothing
    /// above. There another owner remains, on this account or on a dealer above it; the platform counts for none, since
    /// a dealer must be able to help itself. Who owns something above decides, and can help later.
    async fn keep_an_owner(
        &self,
        scope: &mut Scope,
        principal: &Principal,
        operator: OperatorId,
        role: Role,
    ) -> Result<(), AccessError> {
        if role != Role::Owner || store::has_other_owner(scope, operator).await? {
            return Ok(());
        }
        let place = scope.lineage();
        let above = |held: &Held| held.role == Role::Owner && held.lineage.contains(place) && held.lineage != *place;
        if scope.account() != AccountId::ROOT {
            if principal.held().iter().any(above) {
                return Ok(());
            }
            let dealers: Vec<_> = place.path().into_iter().filter(|l| l.depth() > 0 && l != place).collect();
            // what lies above is out of the scope's sight
            if store::has_owner_at(&mut self.store.door().await?, &dealers, operator).await? {
                return Ok(());
            }
        }
        Err(AccessError::LastOwner)
    }
}
