//! Inviting, and accepting.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Capped, OperatorId, Page, PageRequest, Scope};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Acceptance, Accepted, Invitation, InvitationId, LIFETIME, Minted, NewInvitation, Offer, Takes, store};
use crate::access::{Access, checked_name, is_duplicate};
use crate::accounts;
use crate::credential::Credential;
use crate::error::AccessError;
use crate::grants::{self, GrantId};
use crate::operators;
use crate::permission::Permission;
use crate::principal::{Principal, Via};
use crate::role::KnownRole;
use bailiwick_text::Email;

/// In whose name an invitation is looked at, and linked.
const SYSTEM: &str = "invitation";

impl Access {
    /// Invites somebody to an account, in place of an earlier invitation of the same address. The scope that comes
    /// back holds it: commit it together with the mail that is to be sent.
    ///
    /// Whether somebody of the address exists is neither asked nor told.
    ///
    /// # Errors
    /// [`AccessError::Excess`] where the role permits what the principal may not give for good (what it may do for a
    /// time, it may not give); [`AccessError::Invalid`] where the name is none, there is no such role here, or a branch
    /// does not lie below; [`AccessError::Store`] where too many wait; [`AccessError::TooManyInvitations`]; and those of
    /// [`Access::authorize`].
    pub async fn invite(
        &self,
        principal: &Principal,
        account: AccountId,
        new: NewInvitation,
    ) -> Result<(Scope, InvitationId), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let new = NewInvitation { name: new.name.as_deref().map(checked_name).transpose()?, ..new };
        self.role_to_give(principal, &scope, new.given.role).await?;
        self.check_excluded(&mut scope, &new.given).await?;
        // accepting asks the same of the inviter's standing grants
        let standing = self.standing(principal.actor()).await?;
        self.role_to_give(&standing, &scope, new.given.role).await?;
        self.may_send(&mut scope, principal.actor().operator()).await?;
        let now = self.store.now();
        scope.room_for(Capped::Invitations).await?;
        store::replace(&mut scope, &new.email, now).await?;
        let id = InvitationId::new();
        match store::insert(&mut scope, id, &new, now, now.checked_add(LIFETIME).unwrap_or(now)).await {
            Err(error) if is_duplicate(&error) => {
                return Err(AccessError::Conflict("this address was invited just now"));
            }
            done => done?,
        }
        let entry = Entry::new("invitation.created", Object::new("invitation", id).named(new.email.as_str()))
            .after(json!({ "role": new.given.role, "excluded": new.given.excluded, "name": new.name }));
        record(&mut scope, entry).await?;
        Ok((scope, id))
    }

    /// The invitations of an account that wait, newest first, with the role that each offers; `None` where it is gone.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn invitations(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<(Invitation, Option<KnownRole>)>, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewOperators).await?;
        let open = store::open(&mut scope, self.store.now(), page).await?;
        let mut door = self.store.door().await?;
        let mut with_roles = Vec::with_capacity(open.items.len());
        for invitation in open.items {
            let role = grants::store::role_of(&mut door, scope.lineage(), invitation.given.role).await?;
            with_roles.push((invitation, role));
        }
        Ok(Page { items: with_roles, next: open.next })
    }

    /// Takes an invitation back; its link is dead.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where none waits; and those of [`Access::authorize`].
    pub async fn revoke_invitation(
        &self,
        principal: &Principal,
        account: AccountId,
        id: InvitationId,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageOperators).await?;
        let now = self.store.now();
        let open = store::get(&mut scope, id, now).await?.ok_or(AccessError::NotFound)?;
        if !store::revoke(&mut scope, id, now).await? {
            return Err(AccessError::NotFound);
        }
        let object = Object::new("invitation", id).named(open.email);
        record(&mut scope, Entry::new("invitation.revoked", object)).await?;
        Ok(scope.commit().await?)
    }

    /// Gives an invitation a fresh link, for the mail that is about to be sent; `None` where it does not wait any more.
    ///
    /// # Errors
    /// Where the database fails, or the system has no randomness.
    pub async fn link_invitation(&self, account: AccountId, id: InvitationId) -> Result<Option<Minted>, AccessError> {
        let mut scope = self.store.scope(&Actor::system(SYSTEM), account).await?;
        let Some(open) = store::get(&mut scope, id, self.store.now()).await? else { return Ok(None) };
        let (secret, hash) = Credential::INVITATION.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        store::link(&mut scope, id, &hash).await?;
        let place = accounts::store::get(&mut scope).await?.ok_or(AccessError::NotFound)?;
        scope.commit().await?;
        let by = self.inviter_name(&open.invited_by).await?;
        Ok(Some(Minted { secret, email: open.email, name: open.name, account: place.name, by }))
    }

    /// What a link offers.
    ///
    /// # Errors
    /// [`AccessError::LinkInvalid`], whatever is wrong with it.
    pub async fn offer(&self, link: &SecretString) -> Result<Offer, AccessError> {
        let (account, open) = self.opened(link).await?;
        let (role, _) = self.still_given(account, &open).await?;
        let email: Email = open.email.parse().map_err(|_| AccessError::LinkInvalid)?;
        let known = operators::store::find_for_sign_in(&mut self.store.door().await?, &email).await?;
        let takes = match known {
            None => Takes::NameAndPassword,
            Some((operator, _)) if self.can_sign_in(operator).await? => Takes::SignIn,
            Some(_) => Takes::Password,
        };
        let mut scope = self.store.scope(&Actor::system(SYSTEM), account).await?;
        let place = accounts::store::get(&mut scope).await?.ok_or(AccessError::LinkInvalid)?;
        let by = self.inviter_name(&open.invited_by).await?;
        Ok(Offer {
            email: open.email,
            name: open.name,
            account: place.name,
            by,
            role,
            expires_at: open.expires_at,
            takes,
        })
    }

    /// Accepts an invitation: the link is used up, and the role is given. `source` is where the call comes from.
    ///
    /// # Errors
    /// [`AccessError::LinkInvalid`], also where who invited may not give the role any more;
    /// [`AccessError::SignInFirst`] where the operator of the address can sign in and has not;
    /// [`AccessError::OtherAddress`] where who is signed in is not who was invited; [`AccessError::WrongPassword`];
    /// [`AccessError::Conflict`] where it has a role on the account already; [`AccessError::Invalid`] and
    /// [`AccessError::Password`] for the name and password of somebody new.
    pub async fn accept_invitation(
        &self,
        link: &SecretString,
        acceptance: Acceptance<'_>,
        source: Option<String>,
    ) -> Result<Accepted, AccessError> {
        let (account, open) = self.opened(link).await?;
        let email: Email = open.email.parse().map_err(|_| AccessError::LinkInvalid)?;
        let known = operators::store::find_for_sign_in(&mut self.store.door().await?, &email).await?;
        let (operator, new) = match (acceptance, known) {
            (Acceptance::SignedIn(principal), Some((operator, _))) if is_in_person(principal, operator) => {
                (operator, None)
            }
            (Acceptance::SignedIn(_), _) => return Err(AccessError::OtherAddress),
            (Acceptance::Reader { name, password }, None) => {
                let name = name.or_else(|| open.name.clone()).unwrap_or_default();
                let name = checked_name(&name)?;
                password.suits(&email)?;
                (OperatorId::new(), Some((name, self.hasher.hash(&password).await?)))
            }
            (Acceptance::Reader { password, .. }, Some((operator, hash))) => {
                if self.can_sign_in(operator).await? {
                    return Err(AccessError::SignInFirst);
                }
                if !self.hasher.verify(password.secret(), hash).await? {
                    self.note_failure(operator, source);
                    return Err(AccessError::WrongPassword);
                }
                (operator, None)
            }
        };
        // what the inviter may give is asked last, right before it is given
        let (role, through) = self.still_given(account, &open).await?;
        let mut scope = self.store.scope(&Actor::Operator(operator), account).await?;
        scope.set_source(source);
        if let Some(through) = through {
            scope.set_through(through);
        }
        if !store::accept(&mut scope, open.id, self.store.now()).await? {
            return Err(AccessError::LinkInvalid);
        }
        let is_new = new.is_some();
        if let Some((name, hash)) = new {
            match operators::store::insert(&mut scope, operator, &email, &name, Some(&hash)).await {
                Err(error) if is_duplicate(&error) => return Err(AccessError::SignInFirst),
                done => done?,
            }
        }
        let grant = GrantId::new();
        if !grants::store::insert(&mut scope, grant, operator, &role, &open.given.excluded, None).await? {
            return Err(AccessError::Conflict("you have a role on this account already"));
        }
        let object = Object::new("operator", operator).named(email.as_str());
        let entry = Entry::new("invitation.accepted", object).after(json!({
            "grant": grant, "role": role.role, "excluded": open.given.excluded, "invitation": open.id,
            "invited_by": open.invited_by.to_string(), "new": is_new,
        }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(Accepted { grant })
    }

    /// The open invitation of a link.
    async fn opened(&self, link: &SecretString) -> Result<(AccountId, Invitation), AccessError> {
        let hash = Credential::INVITATION.parse(link.expose_secret()).map_err(|_| AccessError::LinkInvalid)?;
        let now = self.store.now();
        let found = store::find(&mut self.store.door().await?, &hash, now).await?;
        let (account, id) = found.ok_or(AccessError::LinkInvalid)?;
        let mut scope = self.store.scope(&Actor::system(SYSTEM), account).await?;
        let open = store::get(&mut scope, id, now).await?.ok_or(AccessError::LinkInvalid)?;
        Ok((account, open))
    }

    /// The role, where who invited may still give it, and the account whose grant lets it.
    async fn still_given(
        &self,
        account: AccountId,
        open: &Invitation,
    ) -> Result<(KnownRole, Option<AccountId>), AccessError> {
        let asked = async {
            let inviter = self.standing(&open.invited_by).await?;
            let mut scope = self.authorize(&inviter, account, Permission::ManageOperators).await?;
            let role = self.role_to_give(&inviter, &scope, open.given.role).await?;
            self.check_excluded(&mut scope, &open.given).await?;
            Ok((role, scope.through()))
        };
        asked.await.map_err(|error: AccessError| match error {
            AccessError::Store(_) | AccessError::Hashing(_) | AccessError::Audit(_) => error,
            _ => AccessError::LinkInvalid,
        })
    }

    async fn can_sign_in(&self, operator: OperatorId) -> Result<bool, AccessError> {
        let (held, suspended) =
            grants::store::held_by(&mut self.store.door().await?, operator, self.store.now()).await?;
        Ok(suspended || !held.is_empty())
    }

    async fn inviter_name(&self, actor: &Actor) -> Result<Option<String>, AccessError> {
        match actor {
            Actor::Operator(operator) => {
                let known = operators::store::contact(&mut self.store.door().await?, *operator).await?;
                Ok(known.map(|known| known.name))
            }
            _ => Ok(None),
        }
    }
}

/// Whether it is this operator, in person and as nobody else.
fn is_in_person(principal: &Principal, operator: OperatorId) -> bool {
    principal.operator() == Some(operator)
        && principal.viewing_as().is_none()
        && matches!(principal.via(), Via::Session { .. })
}
