//! One rule for every change of a credential: all other proofs of the operator end with it.
//!
//! Whoever changes a password, a factor, a passkey or what single sign-on knows of an operator does so because the one
//! before may be in strange hands. So may be what it opened: sessions, mailed links for a new password, sign-ins that
//! wait for their second step, an identity that is just being connected, and sight that a second factor gave. What stays
//! by intent are other credentials: tokens and passkeys are shown to the operator for review, and a new password by mail
//! takes no second factor away.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{OperatorId, Scope};
use serde_json::{Value, json};

use crate::access::Access;
use crate::error::AccessError;
use crate::principal::Principal;
use crate::sessions::SessionId;
use crate::{elevations, factors, operators, resets, sessions, sso};

/// What ended, for the audit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    sessions: u64,
    links: u64,
    sign_ins: u64,
    elevations: usize,
}

impl Ended {
    /// As the entry of the change tells it.
    pub(crate) fn told(self) -> Value {
        json!({
            "sessions_ended": self.sessions,
            "reset_links_ended": self.links,
            "sign_ins_ended": self.sign_ins,
            "elevations_ended": self.elevations,
        })
    }
}

impl Access {
    /// Ends every proof of an operator but the session `kept`, within the transaction that changes the credential. The
    /// scope's actor is the operator itself. Views of the sessions are over with them; call [`Access::leave_ended`] once
    /// this is committed, so that their accounts are told.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn end_proofs(
        &self,
        scope: &mut Scope,
        operator: OperatorId,
        kept: Option<SessionId>,
    ) -> Result<Ended, AccessError> {
        let now = self.store.now();
        let sign_ins = factors::store::forget_challenges(scope, operator).await?
            + sso::store::forget_links(scope, operator).await?;
        let links = resets::store::end_all(scope, operator, now).await?;
        let sessions = sessions::store::revoke_but(scope, operator, kept, now).await?;
        let ended = elevations::store::end_everywhere(scope, operator, now).await?;
        let elevations = ended.len();
        let here = scope.account();
        for (account, elevation) in ended {
            scope.visit(account).await?;
            let entry = Entry::new("elevation.ended", Object::new("elevation", elevation))
                .before(json!({ "operator": operator }));
            record(scope, entry).await?;
        }
        if elevations > 0 {
            scope.visit(here).await?;
        }
        Ok(Ended { sessions, links, sign_ins, elevations })
    }

    /// Has the operator look over its tokens and passkeys: they go on working with a new password.
    pub(crate) async fn ask_for_review(&self, scope: &mut Scope, operator: OperatorId) -> Result<(), AccessError> {
        Ok(operators::store::set_review(scope, operator, Some(self.store.now())).await?)
    }

    /// Notes that the operator signed in has looked over its tokens and passkeys.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token; [`AccessError::ViewAsReadOnly`].
    pub async fn reviewed(&self, principal: &Principal) -> Result<(), AccessError> {
        let operator = principal.acting()?;
        let mut scope = self.own_scope(principal).await?;
        operators::store::set_review(&mut scope, operator, None).await?;
        record(&mut scope, Entry::new("operator.credentials_reviewed", Object::new("operator", operator))).await?;
        Ok(scope.commit().await?)
    }
}
