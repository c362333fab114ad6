//! The service, and the one way from a principal to a scope.

use bailiwick_store::{AccountId, Scope, Store};

use crate::error::AccessError;
use crate::password::Hasher;
use crate::permission::Permission;
use crate::principal::Principal;

/// Access to accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    pub(crate) store: Store,
    pub(crate) hasher: Hasher,
}

impl Access {
    /// Over this store.
    ///
    /// # Errors
    /// [`AccessError::Hashing`] where the system has no randomness.
    pub async fn new(store: Store) -> Result<Self, AccessError> {
        Ok(Self { store, hasher: Hasher::new().await? })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The scope in which `principal` may do what needs `permission` on `account` and below. This is how a handler
    /// gets at data.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where the account does not exist or the principal holds no role there;
    /// [`AccessError::Denied`] where it holds one that does not permit this.
    pub async fn authorize(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<Scope, AccessError> {
        let mut scope = self.store.scope(principal.actor(), account).await?;
        let role = principal.role_at(scope.lineage()).ok_or(AccessError::NotFound)?;
        if !role.permits(permission) {
            return Err(AccessError::Denied { needs: permission });
        }
        scope.set_source(principal.source.clone());
        Ok(scope)
    }

    /// As [`Access::authorize`], but the scope reaches from the topmost account that the principal sees above this
    /// one, whose lineage comes along: for what an account inherits.
    pub(crate) async fn authorize_from_top(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<(Scope, bailiwick_store::Lineage), AccessError> {
        let scope = self.authorize(principal, account, permission).await?;
        let lineage = scope.lineage().clone();
        let top = principal.top_of(&lineage).ok_or(AccessError::NotFound)?.account;
        if top == account {
            return Ok((scope, lineage));
        }
        scope.rollback().await?;
        let mut scope = self.store.scope(principal.actor(), top).await?;
        scope.set_source(principal.source.clone());
        // moved away in between
        if !scope.lineage().contains(&lineage) {
            return Err(AccessError::NotFound);
        }
        Ok((scope, lineage))
    }

    /// A scope for what an operator does about itself: at the first account where its view begins.
    pub(crate) async fn own_scope(&self, principal: &Principal) -> Result<Scope, AccessError> {
        if principal.operator().is_none() {
            return Err(AccessError::NotAPerson);
        }
        let home = principal.roots().next().ok_or(AccessError::NotFound)?.account;
        let mut scope = self.store.scope(principal.actor(), home).await?;
        scope.set_source(principal.source.clone());
        Ok(scope)
    }
}

/// A name as people give them: not empty, at most 200 characters, on one line.
pub(crate) fn checked_name(name: &str) -> Result<&str, AccessError> {
    let name = name.trim();
    let length = name.chars().count();
    if (1..=200).contains(&length) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(AccessError::Invalid { field: "name", detail: "must be 1 to 200 characters on one line" })
    }
}

/// Whether an insert met a row that is there already.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
