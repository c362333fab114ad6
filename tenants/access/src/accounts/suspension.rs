//! Suspending a branch: sign-in, tokens and the collectors' ingress of the account and all below it stop, and what is
//! kept stays. Whoever authenticates looks; nothing else here needs to know. It is lifted from where it was imposed, or
//! from above that ([`super::imposed`]).

use std::collections::BTreeSet;

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Lineage};

use super::imposed::topmost;
use super::store;
use crate::access::{Access, checked_reason};
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;

impl Access {
    /// Suspends an account and all below it, for a reason of 1 to 500 characters where one is given. Harmless to repeat;
    /// whoever does it from higher above than it was done before takes over who may lift it.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] for a reason that is none; [`AccessError::OwnAccount`] where the principal's role does not
    /// lie above it; and those of [`Access::authorize`].
    pub async fn suspend_account(
        &self,
        principal: &Principal,
        account: AccountId,
        reason: Option<&str>,
    ) -> Result<(), AccessError> {
        let reason = reason.map(checked_reason).transpose()?;
        let mut scope = self.authorize_above(principal, account, Permission::ManageAccounts).await?;
        let top = topmost(principal, &scope, Permission::ManageAccounts)?;
        let imposes = match store::suspension(&mut scope).await? {
            Some(known) => known.through != Some(top.account) && self.lies_as_high(top, known.through).await?,
            None => true,
        };
        if imposes {
            store::suspend(&mut scope, self.store.now(), top.account).await?;
            let entry = Entry::new("account.suspended", Object::new("account", account));
            let entry = match reason {
                Some(reason) => entry.reason(&reason),
                None => entry,
            };
            record(&mut scope, entry).await?;
        }
        Ok(scope.commit().await?)
    }

    /// Ends an account's suspension. One above it that is suspended still holds.
    ///
    /// # Errors
    /// [`AccessError::Conflict`] where it is to be deleted, which is cancelled instead; [`AccessError::ImposedFromAbove`]
    /// where it was suspended by a grant that lies higher than the principal's; [`AccessError::OwnAccount`]; and those of
    /// [`Access::authorize`].
    pub async fn resume_account(&self, principal: &Principal, account: AccountId) -> Result<(), AccessError> {
        let mut scope = self.authorize_above(principal, account, Permission::ManageAccounts).await?;
        let found = store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        if found.erase_at.is_some() {
            return Err(AccessError::Conflict("the account is to be deleted: cancel that first"));
        }
        if let Some(known) = store::suspension(&mut scope).await? {
            if !self.lies_as_high(topmost(principal, &scope, Permission::ManageAccounts)?, known.through).await? {
                return Err(AccessError::ImposedFromAbove);
            }
            store::resume(&mut scope).await?;
            record(&mut scope, Entry::new("account.resumed", Object::new("account", account))).await?;
        }
        Ok(scope.commit().await?)
    }

    /// Which of these places lie below an account that is suspended.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn suspended_above(&self, places: &[Lineage]) -> Result<BTreeSet<Lineage>, AccessError> {
        let above: BTreeSet<Lineage> = places.iter().filter_map(Lineage::parent).flat_map(|p| p.path()).collect();
        let above: Vec<Lineage> = above.into_iter().collect();
        let suspended = store::suspended(&mut self.store.door().await?, &above).await?;
        let below = |place: &&Lineage| suspended.iter().any(|branch| branch.contains(place) && branch != *place);
        Ok(places.iter().filter(below).cloned().collect())
    }
}
