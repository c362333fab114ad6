//! The service, and the one way from a principal to a scope.

use std::sync::Arc;

use bailiwick_store::{AccountId, Lineage, Scope, Store};
use bailiwick_text::{LineError, Name, Reason};
use jiff::{SignedDuration, Timestamp};

use crate::error::AccessError;
use crate::invitations::SenderLimits;
use crate::looks::{FromAbove, Looks};
use crate::password::Hasher;
use crate::permission::{Permission, Permissions};
use crate::principal::Principal;
use crate::restrictions;
use crate::sessions::Failures;
use crate::tokens;

/// Access to accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    pub(crate) store: Store,
    pub(crate) hasher: Hasher,
    looks: Arc<Looks>,
    pub(crate) failures: Arc<Failures>,
    pub(crate) sender_limits: SenderLimits,
    pub(crate) token_lifetime: SignedDuration,
}

impl Access {
    /// Over this store.
    ///
    /// # Errors
    /// [`AccessError::Hashing`] where the system has no randomness.
    pub async fn new(store: Store) -> Result<Self, AccessError> {
        Ok(Self {
            store,
            hasher: Hasher::new().await?,
            looks: Arc::default(),
            failures: Arc::default(),
            sender_limits: SenderLimits::default(),
            token_lifetime: tokens::LONGEST_LIFETIME,
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The scope in which `principal` may do what needs `permission` on `account` and below. This is how a handler
    /// gets at data. Branches in which it may not are cut out of it: those that its grants leave out, and those that
    /// deny the permission to who holds it from above. A look from above is noted in the audit of the account that is
    /// looked into, for good, before the scope is handed out (`looks.rs`).
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
        let (mut scope, look) = self.open(principal, account, permission).await?;
        let Some(look) = look.filter(|look| !self.looks.knows(look)) else { return Ok(scope) };
        look.note(&mut scope).await?;
        scope.commit().await?;
        self.looks.remember(look);
        Ok(self.open(principal, account, permission).await?.0)
    }

    /// As [`Access::authorize`], for figures that stand beside an account's name wherever it is listed: how many of what.
    /// That is no look into the account, and is not noted as one.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn glance(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<Scope, AccessError> {
        Ok(self.open(principal, account, permission).await?.0)
    }

    pub(crate) async fn open(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<(Scope, Option<FromAbove>), AccessError> {
        let mut scope = self.store.scope(principal.actor(), account).await?;
        let place = scope.lineage().clone();
        if principal.permissions_at(&place).is_none() {
            return Err(AccessError::NotFound);
        }
        let denying = if permission.restrictable() {
            restrictions::store::denying(&mut self.store.door().await?, permission, &place).await?
        } else {
            Vec::new()
        };
        let grant =
            principal.grant_for(&place, permission, &denying).ok_or(AccessError::Denied { needs: permission })?;
        scope.set_source(principal.source.clone());
        scope.set_through(principal.comes_from_above(&place).unwrap_or(grant.origin.account));
        scope.set_as_whom(principal.viewing_as());
        let branches = principal.held().iter().flat_map(|held| &held.excluded).chain(&denying);
        // what is changed is changed where the account is: a move waits for it
        if !permission.only_looks() {
            scope.hold().await?;
        }
        let closed = |branch: &&Lineage| {
            place.contains(branch) && **branch != place && principal.grant_for(branch, permission, &denying).is_none()
        };
        let cut: Vec<Lineage> = branches.filter(closed).cloned().collect();
        if principal.sees_alone(&place, permission) {
            scope.exclude_below().await?;
        } else if !cut.is_empty() {
            scope.exclude(&cut).await?;
        }
        let look = FromAbove::of(principal, permission, &scope, &cut, self.store.now());
        Ok((scope, look))
    }

    /// As [`Access::authorize`], for what only somebody above the account does, to all of it: one whose grant on the
    /// account itself, or below, does not count, however much it permits.
    ///
    /// # Errors
    /// [`AccessError::OwnAccount`] where no grant from above permits it, and for the root; [`AccessError::Denied`] where
    /// the grant leaves out a branch below, which it would happen to as well; and those of [`Access::authorize`].
    pub async fn authorize_above(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<Scope, AccessError> {
        let scope = self.authorize(principal, account, permission).await?;
        let place = scope.lineage();
        let from_above = principal
            .held()
            .iter()
            .any(|held| held.lineage != *place && held.permissions_at(place).contains(permission));
        if !from_above {
            return Err(AccessError::OwnAccount);
        }
        if !principal.may_everywhere_below(place, permission) {
            return Err(AccessError::Denied { needs: permission });
        }
        Ok(scope)
    }

    /// What the principal may do on an account.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] as for [`Access::authorize`].
    pub async fn permissions(&self, principal: &Principal, account: AccountId) -> Result<Permissions, AccessError> {
        let scope = self.store.scope(principal.actor(), account).await?;
        let place = scope.lineage().clone();
        scope.rollback().await?;
        let all = principal.permissions_at(&place).ok_or(AccessError::NotFound)?;
        let denied = restrictions::store::on_the_way(&mut self.store.door().await?, &place).await?;
        Ok(all
            .iter()
            .filter(|permission| {
                let denying: Vec<Lineage> =
                    denied.iter().filter(|(_, denied)| denied == permission).map(|(place, _)| place.clone()).collect();
                principal.grant_for(&place, *permission, &denying).is_some()
            })
            .collect())
    }

    /// As [`Access::authorize`], but the scope reaches from the topmost account above this one on which the principal
    /// may do the same, whose lineage comes along: for what an account inherits.
    pub(crate) async fn authorize_from_top(
        &self,
        principal: &Principal,
        account: AccountId,
        permission: Permission,
    ) -> Result<(Scope, Lineage), AccessError> {
        let scope = self.authorize(principal, account, permission).await?;
        let lineage = scope.lineage().clone();
        let top = principal.top_for(&lineage, permission).ok_or(AccessError::NotFound)?.account;
        if top == account {
            return Ok((scope, lineage));
        }
        let through = scope.through();
        scope.rollback().await?;
        let mut scope = self.store.scope(principal.actor(), top).await?;
        scope.set_source(principal.source.clone());
        scope.set_as_whom(principal.viewing_as());
        if let Some(through) = through {
            scope.set_through(through);
        }
        // moved away in between
        if !scope.lineage().contains(&lineage) {
            return Err(AccessError::NotFound);
        }
        Ok((scope, lineage))
    }

    /// A scope for what an operator does about itself: at the first account where its own view begins.
    pub(crate) async fn own_scope(&self, principal: &Principal) -> Result<Scope, AccessError> {
        if principal.operator().is_none() {
            return Err(AccessError::NotAPerson);
        }
        let home = principal.itself().roots().next().ok_or(AccessError::NotFound)?.account;
        let mut scope = self.store.scope(principal.actor(), home).await?;
        scope.set_source(principal.source.clone());
        scope.set_as_whom(principal.viewing_as());
        Ok(scope)
    }
}

/// A name by the one rule of names.
pub(crate) fn checked_name(name: &str) -> Result<String, AccessError> {
    let name = name.parse::<Name>().map_err(|error| AccessError::Invalid { field: "name", detail: error.detail() })?;
    Ok(name.into_string())
}

/// Why somebody does what must be justified.
pub(crate) fn checked_reason(reason: &str) -> Result<String, AccessError> {
    let wrong = |error: LineError| AccessError::Invalid { field: "reason", detail: error.detail() };
    Ok(reason.parse::<Reason>().map_err(wrong)?.into_string())
}

/// When something ends that lasts for so many minutes, of at most `most`.
pub(crate) fn checked_end(now: Timestamp, minutes: u16, most: u16) -> Result<Timestamp, AccessError> {
    let outside = AccessError::Invalid { field: "minutes", detail: "must be a few minutes, within the limit" };
    if !(1..=most).contains(&minutes) {
        return Err(outside);
    }
    now.checked_add(SignedDuration::from_mins(i64::from(minutes))).map_err(|_| outside)
}

/// Whether an insert met a row that is there already.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
