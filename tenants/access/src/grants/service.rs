//! Changing and taking roles. They are given with [`Access::add_operator`].

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, OperatorId, Page, PageRequest, Scope};
use serde_json::{Value, json};

use super::store::Locked;
use super::{Given, Member, store};
use crate::access::Access;
use crate::accounts;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{Held, Principal};
use crate::restrictions;
use crate::role::{KnownRole, Role, RoleRef};
use crate::sso;
use crate::tokens;

impl Access {
    /// Everyone who has access to an account: those granted on it and, as far up as the principal itself sees, those
    /// granted above. By name.
    ///
    /// # Errors
    /// [`AccessError::Store`] for a cursor of another list, and those of [`Access::authorize`].
    pub async fn members(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<Member>, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewOperators).await?;
        store::members(&mut scope, &mut self.store.door().await?, account, &lineage, None, page).await
    }

    /// What an operator was granted on this very account.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where that is nothing; and those of [`Access::authorize`].
    pub async fn member(
        &self,
        principal: &Principal,
        account: AccountId,
        operator: OperatorId,
    ) -> Result<Member, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewOperators).await?;
        let page = PageRequest::new(PageRequest::MAX, None);
        let mut door = self.store.door().await?;
        let found = store::members(&mut scope, &mut door, account, &lineage, Some(operator), &page).await?;
        found.items.into_iter().find(|member| member.inherited_from.is_none()).ok_or(AccessError::NotFound)
    }

    /// Changes what an operator was granted on this very account. Where that is less than before, the API tokens that
    /// it made here and below are revoked.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has no grant here; [`AccessError::Conflict`] where single sign-on gave it;
    /// [`AccessError::LastOwner`]; [`AccessError::LastToLift`]; [`AccessError::Excess`] where the role, before or after,
    /// permits what the principal may not; [`AccessError::Invalid`] for a branch that does not lie below; and those of
    /// [`Access::authorize`].
    pub async fn change_grant(
        &self,
        principal: &Principal,
        account: AccountId,
        operator: OperatorId,
        given: impl Into<Given> + Send,
    ) -> Result<(), AccessError> {
        let given = given.into();
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let Locked { id: grant, given: before, by } =
            store::lock(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        if by.is_some() {
            return Err(AccessError::Conflict("this role comes from single sign-on: change it there"));
        }
        if before == given {
            return Ok(());
        }
        let role_before = self.held_role(&scope, &before).await?;
        self.may_give(principal, scope.lineage(), role_before.permissions).await?;
        let role = self.role_to_give(principal, &scope, given.role).await?;
        // of two who leave at once the second waits here
        restrictions::store::of(&mut scope, account).await?;
        self.check_excluded(&mut scope, &given).await?;
        if role.role != RoleRef::BuiltIn(Role::Owner) || !given.excluded.is_empty() {
            self.keep_an_owner(&mut scope, principal, operator, before.role).await?;
        }
        let less = !role.permissions.contains_all(role_before.permissions)
            || given.excluded.iter().any(|branch| !before.excluded.contains(branch));
        let revoked = match less {
            true => tokens::store::revoke_made_by(&mut scope, operator, self.store.now()).await?,
            false => 0,
        };
        store::change(&mut scope, operator, &role, &given.excluded).await?;
        let place = scope.lineage().clone();
        self.keep_who_lifts(&mut scope, account, &place, None).await?;
        let mut after = told(operator, &given);
        if let Value::Object(after) = &mut after
            && revoked > 0
        {
            after.insert("tokens_revoked".to_owned(), revoked.into());
        }
        let entry =
            Entry::new("grant.changed", Object::new("grant", grant)).before(told(operator, &before)).after(after);
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }

    /// Takes the role that an operator was granted on this very account, and revokes the API tokens that it made here
    /// and below: who leaves takes no key along. Single sign-on does not give it again. Returns how many.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it has none here; [`AccessError::LastOwner`]; [`AccessError::LastToLift`];
    /// [`AccessError::Excess`] where its role permits what the principal may not; and those of [`Access::authorize`].
    pub async fn remove_operator(
        &self,
        principal: &Principal,
        account: AccountId,
        operator: OperatorId,
    ) -> Result<u64, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let Locked { id: grant, given: before, by } =
            store::lock(&mut scope, operator).await?.ok_or(AccessError::NotFound)?;
        // everybody may leave
        if principal.operator() != Some(operator) {
            let role = self.held_role(&scope, &before).await?;
            self.may_give(principal, scope.lineage(), role.permissions).await?;
        }
        self.keep_an_owner(&mut scope, principal, operator, before.role).await?;
        // of two who leave at once the second waits here
        restrictions::store::of(&mut scope, account).await?;
        let revoked = tokens::store::revoke_made_by(&mut scope, operator, self.store.now()).await?;
        store::remove(&mut scope, operator).await?;
        let place = scope.lineage().clone();
        self.keep_who_lifts(&mut scope, account, &place, None).await?;
        // or the next sign-in would give it again
        if by.is_some() {
            sso::store::bar(&mut scope, operator, self.store.now()).await?;
        }
        let entry = Entry::new("grant.removed", Object::new("grant", grant))
            .before(told(operator, &before))
            .after(json!({ "tokens_revoked": revoked }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(revoked)
    }

    /// What a grant on the scope's account permits now.
    async fn held_role(&self, scope: &Scope, given: &Given) -> Result<KnownRole, AccessError> {
        let found = store::role_of(&mut self.store.door().await?, scope.lineage(), given.role).await?;
        found.ok_or(AccessError::NotFound)
    }

    /// Only branches below the account itself, each once.
    pub(crate) async fn check_excluded(&self, scope: &mut Scope, given: &Given) -> Result<(), AccessError> {
        let wrong = |detail| Err(AccessError::Invalid { field: "excluded", detail });
        if given.excluded.len() > Given::MOST_EXCLUDED {
            return wrong("holds more than 100 accounts");
        }
        if given.excluded.is_empty() {
            return Ok(());
        }
        let below = accounts::store::count_below(scope, &given.excluded).await?;
        if usize::try_from(below).ok() == Some(given.excluded.len()) {
            Ok(())
        } else {
            wrong("must be accounts below this one, each once")
        }
    }

    /// Refuses to leave an account without an owner: always at the root, and further down where who asks owns nothing
    /// above. There another owner remains, on this account or on a dealer above it; the platform counts for none, since
    /// a dealer must be able to help itself. Who owns something above decides, and can help later.
    async fn keep_an_owner(
        &self,
        scope: &mut Scope,
        principal: &Principal,
        operator: OperatorId,
        role: RoleRef,
    ) -> Result<(), AccessError> {
        let owner = RoleRef::BuiltIn(Role::Owner);
        if role != owner || store::has_other_owner(scope, operator).await? {
            return Ok(());
        }
        let place = scope.lineage();
        let above = |held: &Held| held.role.role == owner && held.lineage.contains(place) && held.lineage != *place;
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

fn told(operator: OperatorId, given: &Given) -> Value {
    let mut told = json!({ "operator": operator, "role": given.role });
    if let Value::Object(told) = &mut told
        && !given.excluded.is_empty()
    {
        told.insert("excluded".to_owned(), json!(given.excluded));
    }
    told
}
