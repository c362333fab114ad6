//! Reading and setting quotas.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Capped, Lineage, Metered};
use serde_json::{Value, json};

use super::{Inherited, Limits, Quotas, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;

impl Access {
    /// What an account may have and has, with the limits above it as far up as the principal sees.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn quotas(&self, principal: &Principal, account: AccountId) -> Result<Quotas, AccessError> {
        let (mut scope, place) = self.authorize_from_top(principal, account, Permission::ViewUsage).await?;
        let above: Vec<Lineage> = place.path().into_iter().filter(|other| *other != place).collect();
        let above = store::accounts_at(&mut scope, &above).await?;
        scope.bind(account).await?;
        let own = store::get(&mut scope).await?;
        let mut caps = Vec::with_capacity(Capped::OF_ACCOUNT.len());
        for what in Capped::OF_ACCOUNT {
            caps.push((what, scope.count(what).await?));
        }
        scope.rollback().await?;
        let mut used = [0; 3];
        let mut inherited = Vec::new();
        for (what, used) in Metered::ALL.into_iter().zip(&mut used) {
            *used = self.store.metered(&place, what).await?;
            for (at, limit) in self.store.limits(&place, what).await? {
                if let Some((account, _)) = above.iter().find(|(_, lineage)| *lineage == at) {
                    let used = self.store.metered(&at, what).await?;
                    inherited.push(Inherited { account: *account, what, limit, used });
                }
            }
        }
        Ok(Quotas { own, used, inherited, caps })
    }

    /// Sets the limits of an account in place of those before. What is there already stays, also beyond a limit.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] for a limit below nothing; [`AccessError::OwnAccount`] where the principal's role does
    /// not lie above the account; and those of [`Access::authorize`].
    pub async fn set_quotas(
        &self,
        principal: &Principal,
        account: AccountId,
        limits: Limits,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize_above(principal, account, Permission::ManageQuotas).await?;
        for (field, limit) in
            [("devices", limits.devices), ("collectors", limits.collectors), ("operators", limits.operators)]
        {
            if limit.is_some_and(|limit| limit < 0) {
                return Err(AccessError::Invalid { field, detail: "must be 0 or more" });
            }
        }
        let before = store::get(&mut scope).await?;
        if before == limits {
            return Ok(());
        }
        store::put(&mut scope, limits, self.store.now()).await?;
        let entry =
            Entry::new("quotas.changed", Object::new("account", account)).before(told(before)).after(told(limits));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }
}

fn told(limits: Limits) -> Value {
    json!({ "devices": limits.devices, "collectors": limits.collectors, "operators": limits.operators })
}
