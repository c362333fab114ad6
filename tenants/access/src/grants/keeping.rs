//! No dead end: while an account denies something to those above it, somebody is there who can lift that.
//!
//! Nobody from above lifts it, or names somebody who could (`giving.rs`). So the last one with a role on the account
//! itself that permits to set its privacy neither leaves nor loses that, whoever asks; nor does an account come to deny
//! something where nobody of its own could lift it. Roles that a provider gives do not count: it takes them as it likes.

use bailiwick_store::{AccountId, Lineage, Scope};

use super::store;
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::restrictions;
use crate::role::RoleId;
use crate::roles;

impl Access {
    /// Refuses what was done in this transaction where it left nobody who can lift what the account denies. `lost` is a
    /// role that permits it no more.
    ///
    /// # Errors
    /// [`AccessError::LastToLift`].
    pub(crate) async fn keep_who_lifts(
        &self,
        scope: &mut Scope,
        account: AccountId,
        place: &Lineage,
        lost: Option<RoleId>,
    ) -> Result<(), AccessError> {
        if restrictions::store::of(scope, account).await?.is_empty()
            || self.somebody_lifts(scope, account, place, lost).await?
        {
            Ok(())
        } else {
            Err(AccessError::LastToLift)
        }
    }

    /// Whether somebody holds a role on this very account, given by hand, that permits to lift what it denies. Those are
    /// locked until the transaction ends.
    pub(crate) async fn somebody_lifts(
        &self,
        scope: &mut Scope,
        account: AccountId,
        place: &Lineage,
        lost: Option<RoleId>,
    ) -> Result<bool, AccessError> {
        // a role may be made above, where the scope does not see
        let mut door = self.store.door().await?;
        let mut made = roles::store::permitting(&mut door, place, Permission::ManagePrivacy).await?;
        drop(door);
        made.retain(|role| Some(*role) != lost);
        Ok(store::is_permitted(scope, account, Permission::ManagePrivacy, &made).await?)
    }
}
