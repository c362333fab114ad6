//! Names behind ids that stand in what somebody may read already: who acted in its account, and through which above.
//!
//! Neither is in sight of a customer otherwise, and both are owed to it: it is to know who has been there.

use std::collections::HashMap;

use bailiwick_store::{AccountId, OperatorId};

use crate::access::Access;
use crate::error::AccessError;
use crate::{accounts, operators};

impl Access {
    /// The names of these operators.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn names_of_operators(&self, ids: &[OperatorId]) -> Result<HashMap<OperatorId, String>, AccessError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = operators::store::named(&mut self.store.door().await?, ids).await?;
        Ok(found.into_iter().map(|(id, name, _)| (id, name)).collect())
    }

    /// The names of these accounts.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn names_of_accounts(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, AccessError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = accounts::store::named(&mut self.store.door().await?, ids).await?;
        Ok(found.into_iter().collect())
    }
}
