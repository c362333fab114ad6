//! Nobody gives what he does not have: the one gate for roles, tokens, invitations and what single sign-on maps.
//!
//! What counts is what somebody has at the very place. Where an account denies something to those above it, they give it
//! to nobody there either, nor the right to lift what it denies; and whose grant leaves a branch out gives nothing that
//! would reach that branch.

use bailiwick_store::{AccountId, Lineage};

use crate::access::Access;
use crate::error::AccessError;
use crate::permission::{Permission, Permissions};
use crate::principal::{Held, Principal, Via};
use crate::restrictions;
use crate::role::Role;

impl Access {
    /// Whether the principal may give these permissions at a place, and take them from somebody there.
    ///
    /// # Errors
    /// [`AccessError::Excess`] with those that it may not.
    pub(crate) async fn may_give(
        &self,
        principal: &Principal,
        place: &Lineage,
        permissions: Permissions,
    ) -> Result<(), AccessError> {
        // what the root's grants never permit there is nothing that is given
        let wanted = match *place == Lineage::root() {
            true => Held::whole(AccountId::ROOT, Lineage::root(), Role::Owner).permissions_at(place).and(permissions),
            false => permissions,
        };
        let own = self.givable(principal, place).await?;
        if own.contains_all(wanted) { Ok(()) } else { Err(AccessError::Excess(wanted.without(own))) }
    }

    async fn givable(&self, principal: &Principal, place: &Lineage) -> Result<Permissions, AccessError> {
        let all = principal.permissions_at(place).unwrap_or_default();
        // whoever sits at the server's own command line
        if principal.via() == Via::System {
            return Ok(all);
        }
        let denied = restrictions::store::on_the_way(&mut self.store.door().await?, place).await?;
        let has = |permission: &Permission| {
            // who could give the right to lift restrictions would not be bound by any
            let of_this = |denied: &Permission| denied == permission || *permission == Permission::ManagePrivacy;
            let denying: Vec<Lineage> =
                denied.iter().filter(|(_, denied)| of_this(denied)).map(|(place, _)| place.clone()).collect();
            principal.grant_for(place, *permission, &denying).is_some()
                && principal.may_everywhere_below(place, *permission)
        };
        Ok(all.iter().filter(has).collect())
    }
}
