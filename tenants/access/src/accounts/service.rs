//! Making, naming and finding accounts.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Capped, Cursor, Lineage, Page, PageRequest};
use serde_json::json;

use super::{Account, DRAWS, Made, NewAccount, Placed, Reach, draw, store};
use crate::access::{Access, checked_name};
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{self, Held, Principal};
use crate::role::{KnownRole, Role};

impl Access {
    /// Makes an account directly under `parent`.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] where the name is none or an account of this kind cannot be below that one (a dealer lies
    /// under the platform or a dealer, a customer under a dealer); those of the owner as for [`Access::add_operator`], in
    /// particular [`AccessError::Excess`] where the principal may not do all that an owner does;
    /// and those of [`Access::authorize`].
    pub async fn create_account(
        &self,
        principal: &Principal,
        parent: AccountId,
        new: NewAccount,
    ) -> Result<Made, AccessError> {
        // asked before the costly hash, and again with the transaction that counts
        self.authorize(principal, parent, Permission::ManageAccounts).await?.rollback().await?;
        let name = checked_name(&new.name)?;
        let owner = match new.owner {
            Some(owner) => {
                if let Some(password) = &owner.password {
                    password.unlike(owner.email.as_str(), &[&name])?;
                }
                Some(self.newcomer(&owner.email, &owner.name, owner.password.as_ref()).await?)
            }
            None => None,
        };
        if let Some(owner) = &owner {
            self.check_seen(principal, parent, owner).await?;
        }
        let mut scope = self.authorize(principal, parent, Permission::ManageAccounts).await?;
        let above = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        if !new.kind.fits_under(above.kind) {
            return Err(AccessError::Invalid { field: "kind", detail: "has no place under an account of this kind" });
        }
        scope.room_for(Capped::Accounts).await?;
        let id = AccountId::new();
        let mut made = false;
        for _ in 0..DRAWS {
            let key = draw()?;
            let lineage = scope.lineage().child(&key)?;
            made = store::insert(&mut scope, id, &key, &lineage, new.kind, &name).await?;
            if made {
                break;
            }
        }
        if !made {
            return Err(AccessError::Conflict("no free account key was found"));
        }
        scope.bind(id).await?;
        let account = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        let entry = Entry::new("account.created", Object::new("account", id).named(&name))
            .after(json!({ "name": name, "kind": new.kind, "key": account.key, "parent": parent }));
        record(&mut scope, entry).await?;
        let initial_password = match owner {
            Some(owner) => {
                self.may_own(principal, scope.lineage()).await?;
                self.admit(&mut scope, owner, &Role::Owner.into(), &[]).await?.initial_password
            }
            None => None,
        };
        scope.commit().await?;
        Ok(Made { account, initial_password })
    }

    /// Whether the principal may give a new account its first owner: who may give that role there, and who runs the
    /// platform, since nobody of the platform could add one later (ADR 14).
    async fn may_own(&self, principal: &Principal, place: &Lineage) -> Result<(), AccessError> {
        let runs_the_platform = |held: &Held| {
            held.reach == principal::Reach::Platform && held.permissions_at(place).contains(Permission::ManageAccounts)
        };
        if principal.held().iter().any(runs_the_platform) {
            return Ok(());
        }
        self.may_give(principal, place, Role::Owner.permissions()).await
    }

    /// Renames an account.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] where the name is none; and those of [`Access::authorize`].
    pub async fn rename_account(
        &self,
        principal: &Principal,
        account: AccountId,
        name: &str,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageAccounts).await?;
        let name = checked_name(name)?;
        let before = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        store::rename(&mut scope, &name).await?;
        let entry = Entry::new("account.renamed", Object::new("account", account).named(&name))
            .before(json!({ "name": before.name }))
            .after(json!({ "name": name }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }

    /// An account and the way down to it, as far up as the principal sees.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn account(&self, principal: &Principal, account: AccountId) -> Result<Placed, AccessError> {
        let (mut scope, lineage) = self.authorize_from_top(principal, account, Permission::ViewAccounts).await?;
        let path = store::path(&mut scope, &lineage).await?;
        let top = scope.account();
        scope.bind(account).await?;
        let mut found = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        if top == account {
            // what lies above does not exist for this caller
            found.parent_id = None;
        }
        Ok(Placed { account: found, path })
    }

    /// Accounts below one, by name; `search` keeps those whose name contains it, whatever the case.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn accounts(
        &self,
        principal: &Principal,
        account: AccountId,
        reach: Reach,
        search: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Account>, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAccounts).await?;
        let rows = store::list(&mut scope, reach, search, page).await?;
        Ok(page.page(rows, |last| Cursor::text(last.name.clone(), last.id.get())))
    }

    /// The account at a place such as `/` or `/k3f9a2/`.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where there is none or the principal does not see it.
    pub async fn account_at(&self, principal: &Principal, place: &Lineage) -> Result<AccountId, AccessError> {
        let top = principal.top_of(place).ok_or(AccessError::NotFound)?.account;
        let mut scope = self.authorize(principal, top, Permission::ViewAccounts).await?;
        store::at(&mut scope, place).await?.ok_or(AccessError::NotFound)
    }

    /// The accounts where the principal's view begins, with its role on each, by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn roots(&self, principal: &Principal) -> Result<Vec<(Account, KnownRole)>, AccessError> {
        let mut roots = Vec::new();
        for held in principal.roots() {
            let mut scope = self.store.scope(principal.actor(), held.account).await?;
            let mut account = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
            account.parent_id = None;
            roots.push((account, held.role.clone()));
        }
        roots.sort_by(|(a, _), (b, _)| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(roots)
    }
}
