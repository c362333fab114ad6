//! What an operator made itself, wherever it lies: for whoever looks over its credentials.

use std::collections::HashMap;

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, OperatorId, TokenId};

use super::{OwnToken, store};
use crate::access::Access;
use crate::accounts;
use crate::error::AccessError;
use crate::principal::Principal;

impl Access {
    /// The tokens that the operator signed in made and that still are good for something, newest first; the newest 500.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token.
    pub async fn own_tokens(&self, principal: &Principal) -> Result<Vec<OwnToken>, AccessError> {
        let itself = principal.itself();
        let operator = itself.operator().ok_or(AccessError::NotAPerson)?;
        let mut door = self.store.door().await?;
        let mut rows = store::made_by(&mut door, operator, self.store.now()).await?;
        // where it holds nothing any more its tokens are worth nothing, and the account is out of its sight
        rows.retain(|row| itself.permissions_at(&row.lineage).is_some());
        let places: Vec<AccountId> = rows.iter().map(|row| row.tenant_id).collect();
        let names: HashMap<AccountId, String> = accounts::store::named(&mut door, &places).await?.into_iter().collect();
        let own = |row: store::OwnRow| {
            let account_name = names.get(&row.tenant_id).cloned().unwrap_or_default();
            OwnToken { account: row.tenant_id, account_name, token: row.row.into() }
        };
        Ok(rows.into_iter().map(own).collect())
    }

    /// Revokes a token that the operator signed in made, wherever it lies.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where it made no such token or it is revoked; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`].
    pub async fn revoke_own_token(&self, principal: &Principal, token: TokenId) -> Result<(), AccessError> {
        let operator: OperatorId = principal.acting()?;
        let found = store::find_by_id(&mut self.store.door().await?, token).await?;
        let found = found.filter(|found| found.created_by == Some(operator)).ok_or(AccessError::NotFound)?;
        let mut scope = self.store.scope(principal.actor(), found.tenant_id).await?;
        scope.set_source(principal.source.clone());
        if !store::revoke(&mut scope, token, self.store.now()).await? {
            return Err(AccessError::NotFound);
        }
        record(&mut scope, Entry::new("token.revoked", Object::new("token", token))).await?;
        Ok(scope.commit().await?)
    }
}
