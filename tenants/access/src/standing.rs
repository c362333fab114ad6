//! What was handed out is worth what its maker may do now: the right is asked again when the thing is used.

use bailiwick_store::{AccountId, Actor};

use crate::access::Access;
use crate::error::AccessError;
use crate::grants;
use crate::permission::Permission;
use crate::principal::{Principal, Via};

impl Access {
    /// Whether an actor may still do this on an account, in its own right and for good: not by an elevation, not by a token
    /// that was revoked or has expired, and not while all that it holds there is suspended.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn still_may(
        &self,
        actor: &Actor,
        account: AccountId,
        permission: Permission,
    ) -> Result<bool, AccessError> {
        let asked = async {
            let standing = self.standing(actor).await?;
            self.open(&standing, account, permission).await.map(drop)
        };
        match asked.await {
            Ok(()) => Ok(true),
            Err(error @ (AccessError::Store(_) | AccessError::Audit(_) | AccessError::Hashing(_))) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// An actor with what it holds for good: no elevation, nothing of a revoked token.
    pub(crate) async fn standing(&self, actor: &Actor) -> Result<Principal, AccessError> {
        match actor {
            Actor::Operator(operator) => {
                let (held, _) =
                    grants::store::held_by(&mut self.store.door().await?, *operator, self.store.now()).await?;
                Ok(Principal {
                    actor: actor.clone(),
                    via: Via::Absent,
                    held,
                    viewing_as: None,
                    source: None,
                    device: None,
                })
            }
            Actor::Token { token, .. } => self.token_principal(*token).await,
            Actor::System(_) => Ok(Principal::system("standing")),
            _ => Err(AccessError::NotFound),
        }
    }
}
