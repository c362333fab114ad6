//! What is imposed from above is lifted from there: a suspension or a deletion ends by a grant that lies at least as high
//! as the one by which it began. Who stands between cannot undo what was decided above him.
//!
//! What counts, on both sides, is the topmost grant that permits it. Where an account was moved out of the branch that it
//! was suspended from, that grant still counts; who stands above both branches lifts it, and so does who runs the platform.

use bailiwick_store::{AccountId, Scope};

use super::store;
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{Held, Principal};

/// The grant by which a principal imposes or lifts something on the scope's account.
pub(super) fn topmost<'p>(
    principal: &'p Principal,
    scope: &Scope,
    permission: Permission,
) -> Result<&'p Held, AccessError> {
    principal.top_for(scope.lineage(), permission).ok_or(AccessError::Denied { needs: permission })
}

impl Access {
    /// Whether a grant lies as high as the account through which something was imposed. What was imposed before that
    /// was kept is lifted by whoever stands above.
    pub(super) async fn lies_as_high(&self, held: &Held, through: Option<AccountId>) -> Result<bool, AccessError> {
        let Some(through) = through else { return Ok(true) };
        let place = store::place(&mut self.store.door().await?, through).await?;
        Ok(place.is_some_and(|place| held.lineage.contains(&place)))
    }
}
