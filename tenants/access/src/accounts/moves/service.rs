//! Asking for a move, and reading what became of it.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Cursor, Lineage, Page, PageRequest, Scope};

use super::plan::Way;
use super::{Begun, Move, MoveId, Plan, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{Held, Principal, Reach};
use crate::role::Role;

impl Access {
    /// What it would do to move an account below another parent. Nothing is changed.
    ///
    /// # Errors
    /// [`AccessError::OwnAccount`] where the principal's role does not lie above the account; [`AccessError::Excess`]
    /// where it may not do all there that an owner does, [`AccessError::ElevationMissing`] where it runs the platform; and
    /// those of [`Access::authorize`], which it must pass on the account, its parent and the new one.
    pub async fn plan_move(
        &self,
        principal: &Principal,
        account: AccountId,
        to: AccountId,
    ) -> Result<Plan, AccessError> {
        let (mut scope, way) = self.way(principal, account, to).await?;
        self.plan(&mut scope, &way, principal.held(), Some(principal)).await
    }

    /// Writes a move down that the caller's job is to do.
    ///
    /// # Errors
    /// [`AccessError::CannotMove`] where something stands in the way; [`AccessError::Conflict`] where one waits already;
    /// and those of [`Access::plan_move`].
    pub async fn begin_move(
        &self,
        principal: &Principal,
        account: AccountId,
        to: AccountId,
    ) -> Result<Begun, AccessError> {
        let (mut scope, way) = self.way(principal, account, to).await?;
        let plan = self.plan(&mut scope, &way, principal.held(), None).await?;
        if !plan.conflicts.is_empty() {
            return Err(AccessError::CannotMove(plan.conflicts));
        }
        let top = scope.account();
        let id = MoveId::new();
        let parents = (way.from, way.to);
        if !store::insert(&mut scope, id, account, &way.node.lineage, parents, self.store.now()).await? {
            return Err(AccessError::Conflict("the account is about to be moved already"));
        }
        scope.visit(account).await?;
        record(&mut scope, Entry::new("account.move_requested", Object::new("account", account))).await?;
        scope.visit(top).await?;
        Ok(Begun { id, scope })
    }

    /// The moves of an account, the latest first. A parent that the principal does not see is not named.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn moves(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<Move>, AccessError> {
        let (mut scope, _) = self.authorize_from_top(principal, account, Permission::ManageAccounts).await?;
        let rows = store::list(&mut scope, account, page).await?;
        Ok(page.page(rows, |last| Cursor::time(last.requested_at, last.id.get())))
    }

    /// A scope at the nearest account above both parents, for a principal that may do this to all three.
    async fn way(&self, principal: &Principal, account: AccountId, to: AccountId) -> Result<(Scope, Way), AccessError> {
        let needs = Permission::ManageAccounts;
        let scope = self.authorize_above(principal, account, needs).await?;
        let place = scope.lineage().clone();
        let from_place = place.parent().ok_or(AccessError::OwnAccount)?;
        scope.rollback().await?;
        decides(principal, account, &place)?;
        // an account below the one that the principal's role lies on may have a parent that it does not see
        if !principal.permissions_at(&from_place).is_some_and(|permissions| permissions.contains(needs)) {
            return Err(AccessError::OwnAccount);
        }
        let scope = self.authorize(principal, to, needs).await.map_err(|error| match error {
            AccessError::NotFound => AccessError::Invalid { field: "parent_id", detail: "is no account that you see" },
            other => other,
        })?;
        let common = Way::common(&from_place, scope.lineage());
        scope.rollback().await?;
        let top = store::at(&mut self.store.door().await?, &common).await?.ok_or(AccessError::NotFound)?;
        let mut scope = self.store.scope(principal.actor(), top).await?;
        scope.set_source(principal.source.clone());
        scope.set_as_whom(principal.viewing_as());
        scope.set_through(principal.comes_from_above(&place).unwrap_or(top));
        let way = Way::find(&mut scope, account, to).await?;
        Ok((scope, way))
    }
}

impl Begun {
    /// Keeps it, with the job that was added.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn commit(self) -> Result<MoveId, AccessError> {
        self.scope.commit().await?;
        Ok(self.id)
    }
}

/// A move says who sees an account from then on, and so takes all that one can have there: by a grant above it, or, for
/// who runs the platform and has no sight of it, by an elevation, which takes a second factor and a reason and is told in
/// the account's audit.
fn decides(principal: &Principal, account: AccountId, place: &Lineage) -> Result<(), AccessError> {
    let elevated = |held: &Held| held.account == account && matches!(held.reach, Reach::Elevated(_));
    if principal.held().iter().any(elevated) {
        return Ok(());
    }
    let (all, own) = (Role::Owner.permissions(), principal.permissions_at(place).unwrap_or_default());
    if own.contains_all(all) {
        return Ok(());
    }
    let runs_the_platform = principal.held().iter().any(|held| held.reach == Reach::Platform);
    Err(if runs_the_platform { AccessError::ElevationMissing } else { AccessError::Excess(all.without(own)) })
}
