//! Making, changing and listing roles.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Capped, Cursor, Page, PageRequest, Scope};
use serde_json::json;
use uuid::Uuid;

use super::{NewRole, store};
use crate::access::{Access, checked_name};
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;
use crate::role::{KnownRole, Role, RoleId, RoleRef};

impl Access {
    /// The roles that can be given on an account: the built-in ones, then those that it or an account above made, as
    /// far up as the principal sees.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn roles(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<KnownRole>, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewOperators).await?;
        let built_in = Role::ALL.into_iter().enumerate();
        let built_in =
            built_in.map(|(nth, role)| (Cursor::text(format!("0/{nth:02}"), Uuid::nil()), KnownRole::from(role)));
        let made = store::on_the_way(&mut scope, &lineage).await?;
        // an account makes few, and there are few accounts on the way: all of them are read for each page
        Ok(page.of(built_in.chain(made).collect(), |(place, _)| place.clone()).map(|(_, role)| role))
    }

    /// Makes a role on an account.
    ///
    /// # Errors
    /// [`AccessError::Invalid`]; [`AccessError::Excess`] where it would permit what the principal may not; and those
    /// of [`Access::authorize`].
    pub async fn create_role(
        &self,
        principal: &Principal,
        account: AccountId,
        new: NewRole,
    ) -> Result<KnownRole, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageRoles).await?;
        let name = self.checked(principal, &scope, &new).await?;
        scope.room_for(Capped::Roles).await?;
        let id = RoleId::new();
        store::insert(&mut scope, id, &name, new.permissions).await?;
        let entry = Entry::new("role.created", Object::new("role", id).named(&name))
            .after(json!({ "name": name, "permissions": new.permissions }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(KnownRole { role: RoleRef::Made(id), made_by: Some(account), name, permissions: new.permissions })
    }

    /// Changes a role of this very account; who holds it holds what it permits from then on. Nobody takes from somebody
    /// who has more: it takes that the principal may do what it permits before, as well as after.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where the account made no such role; [`AccessError::LastToLift`] where it is the role of
    /// the last one who could lift what an account denies; and those of [`Access::create_role`].
    pub async fn change_role(
        &self,
        principal: &Principal,
        account: AccountId,
        role: RoleId,
        new: NewRole,
    ) -> Result<KnownRole, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageRoles).await?;
        let before = store::lock(&mut scope, role).await?.ok_or(AccessError::NotFound)?;
        self.may_give(principal, scope.lineage(), before.permissions).await?;
        let name = self.checked(principal, &scope, &new).await?;
        // who holds it further down gets what it permits there too, where those above may be denied some of it
        let gained = new.permissions.without(before.permissions);
        let held_at = store::held_at(&mut scope, role).await?;
        for (_, place) in &held_at {
            self.may_give(principal, place, gained).await?;
        }
        store::update(&mut scope, role, &name, new.permissions).await?;
        if before.permissions.without(new.permissions).contains(Permission::ManagePrivacy) {
            for (account, place) in &held_at {
                self.keep_who_lifts(&mut scope, *account, place, Some(role)).await?;
            }
        }
        let entry = Entry::new("role.changed", Object::new("role", role).named(&name))
            .before(json!({ "name": before.name, "permissions": before.permissions }))
            .after(json!({ "name": name, "permissions": new.permissions }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(KnownRole { name, permissions: new.permissions, ..before })
    }

    /// Deletes a role of this very account.
    ///
    /// # Errors
    /// [`AccessError::NotFound`]; [`AccessError::Conflict`] while somebody holds it; [`AccessError::Excess`] where it
    /// permits what the principal may not; and those of [`Access::authorize`].
    pub async fn delete_role(
        &self,
        principal: &Principal,
        account: AccountId,
        role: RoleId,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageRoles).await?;
        let before = store::lock(&mut scope, role).await?.ok_or(AccessError::NotFound)?;
        self.may_give(principal, scope.lineage(), before.permissions).await?;
        if store::is_held(&mut scope, role).await? {
            return Err(AccessError::Conflict("operators still hold this role: give them another first"));
        }
        store::delete(&mut scope, role).await?;
        let entry = Entry::new("role.deleted", Object::new("role", role).named(&before.name))
            .before(json!({ "name": before.name, "permissions": before.permissions }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }

    async fn checked(&self, principal: &Principal, scope: &Scope, new: &NewRole) -> Result<String, AccessError> {
        if new.permissions.is_empty() {
            return Err(AccessError::Invalid { field: "permissions", detail: "must hold at least one" });
        }
        self.may_give(principal, scope.lineage(), new.permissions).await?;
        let name = checked_name(&new.name)?;
        if Role::ALL.iter().any(|role| role.name().eq_ignore_ascii_case(&name)) {
            return Err(AccessError::Invalid { field: "name", detail: "is that of a built-in role" });
        }
        Ok(name)
    }

    /// A role as it can be given on the scope's account, by somebody who sees it.
    pub(crate) async fn role_to_give(
        &self,
        principal: &Principal,
        scope: &Scope,
        role: RoleRef,
    ) -> Result<KnownRole, AccessError> {
        let known = match role {
            RoleRef::BuiltIn(role) => KnownRole::from(role),
            RoleRef::Made(id) => {
                let unknown = AccessError::Invalid { field: "role", detail: "there is no such role here" };
                let top = principal.top_of(scope.lineage()).ok_or(AccessError::NotFound)?;
                store::find(&mut self.store.door().await?, id, &top.lineage, scope.lineage()).await?.ok_or(unknown)?
            }
        };
        self.may_give(principal, scope.lineage(), known.permissions).await?;
        Ok(known)
    }
}
