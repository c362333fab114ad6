//! Making and using links for new passwords.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, OperatorId, Scope};
use secrecy::{ExposeSecret, SecretString};

use super::{Contact, LIFETIME, MOST, ResetId, ResetLink, store};
use crate::access::Access;
use crate::credential::Credential;
use crate::error::AccessError;
use crate::grants;
use crate::operators;
use crate::password::Password;
use crate::principal::{Principal, Via};
use bailiwick_text::Email;

impl Access {
    /// A link for a new password of the operator with this address, for the mail that is about to be sent. `None` where
    /// there is nobody, where it signs in without a password, or where it was given [`MOST`] within the last hour.
    ///
    /// # Errors
    /// Where the database fails, or the system has no randomness.
    pub async fn link_password_reset(&self, email: &Email) -> Result<Option<ResetLink>, AccessError> {
        let mut door = self.store.door().await?;
        let found = operators::store::find_for_sign_in(&mut door, email).await?;
        let Some((operator, hash)) = found else { return Ok(None) };
        let may = match hash {
            Some(_) => !self.takes_provider(operator).await?,
            None => self.may_set_password(operator).await?,
        };
        if !may {
            return Ok(None);
        }
        let now = self.store.now();
        if store::count_since(&mut door, operator, now.checked_sub(LIFETIME).unwrap_or(now)).await? >= MOST {
            return Ok(None);
        }
        let Some(contact) = operators::store::contact(&mut door, operator).await? else { return Ok(None) };
        drop(door);
        let (secret, hash) = Credential::RESET.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let home = self.home(operator).await?;
        let mut scope = self.store.scope(&Actor::system("password-reset"), home).await?;
        let expires_at = now.checked_add(LIFETIME).unwrap_or(now);
        store::insert(&mut scope, ResetId::new(), operator, &hash, now, expires_at).await?;
        record(&mut scope, Entry::new("operator.password_reset_mailed", Object::new("operator", operator))).await?;
        scope.commit().await?;
        Ok(Some(ResetLink { secret, contact }))
    }

    /// Sets a new password by a link; ends every session and other proof of the operator. The scope that comes back holds it: commit it
    /// together with the mail that tells the operator.
    ///
    /// # Errors
    /// [`AccessError::LinkInvalid`], whatever is wrong with it; [`AccessError::Password`] where the password is the
    /// address.
    pub async fn reset_password(
        &self,
        link: &SecretString,
        new: &Password,
        source: Option<String>,
    ) -> Result<(Scope, Contact), AccessError> {
        let hash = Credential::RESET.parse(link.expose_secret()).map_err(|_| AccessError::LinkInvalid)?;
        let mut door = self.store.door().await?;
        let found = store::find(&mut door, &hash, self.store.now()).await?;
        let (id, operator) = found.ok_or(AccessError::LinkInvalid)?;
        if self.takes_provider(operator).await? {
            return Err(AccessError::LinkInvalid);
        }
        let contact = operators::store::contact(&mut door, operator).await?.ok_or(AccessError::LinkInvalid)?;
        drop(door);
        contact.email.parse().map_or(Ok(()), |email| new.suits(&email))?;
        let phc = self.hasher.hash(new).await?;
        let home = self.home(operator).await?;
        let mut scope = self.store.scope(&Actor::Operator(operator), home).await?;
        scope.set_source(source);
        let now = self.store.now();
        if !store::use_up(&mut scope, id, now).await? {
            return Err(AccessError::LinkInvalid);
        }
        operators::store::set_password(&mut scope, operator, &phc).await?;
        let ended = self.end_proofs(&mut scope, operator, None).await?;
        self.ask_for_review(&mut scope, operator).await?;
        let entry = Entry::new("operator.password_reset", Object::new("operator", operator)).after(ended.told());
        record(&mut scope, entry).await?;
        Ok((scope, contact))
    }

    /// How an operator is written to.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn contact(&self, operator: OperatorId) -> Result<Option<Contact>, AccessError> {
        Ok(operators::store::contact(&mut self.store.door().await?, operator).await?)
    }

    /// Removes links that ended more than a day ago; for a daily job. Returns how many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn purge_password_resets(&self) -> Result<u64, AccessError> {
        let now = self.store.now();
        let before = now.checked_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(now);
        let mut ops = self.store.ops().await?;
        let purged = store::purge(&mut ops, before).await?;
        ops.commit().await?;
        Ok(purged)
    }

    /// Where what an operator does about itself is written down: where its view begins, or at the root.
    pub(crate) async fn home(&self, operator: OperatorId) -> Result<AccountId, AccessError> {
        let (held, _) = grants::store::held_by(&mut self.store.door().await?, operator, self.store.now()).await?;
        let principal = Principal {
            actor: Actor::Operator(operator),
            via: Via::Absent,
            held,
            viewing_as: None,
            source: None,
            device: None,
        };
        Ok(principal.roots().next().map_or(AccountId::ROOT, |held| held.account))
    }
}
