//! What a provider's proven word is worth: whose identity it is, and whether there is one to sign in.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Metered, OperatorId, Scope};
use secrecy::SecretString;
use serde_json::json;

use super::attempts::{ACTOR, domain_of};
use super::store::{Identity, Origin};
use super::{Outcome, Person, Refusal, Returned, Through, store};
use crate::access::{Access, is_duplicate};
use crate::error::AccessError;
use crate::factors;
use crate::grants;
use crate::operators;
use crate::passkeys;
use crate::role::KnownRole;
use crate::sessions::{SignInOutcome, Whence};
use bailiwick_text::{Email, Name};

/// Longest subject that is taken (OpenID Connect Core 1.0, 2).
const LONGEST_SUBJECT: usize = 255;

impl Access {
    /// Signs somebody in whom the account's provider proved, or lets the operator who asked for it take the identity up.
    /// `values` are those of the claim that the mapping reads.
    ///
    /// # Errors
    /// [`AccessError::Suspended`]; and where the database fails. A refusal is an outcome.
    pub async fn finish_sso(
        &self,
        returned: &Returned,
        person: &Person,
        values: impl Fn(&str) -> Vec<String> + Send + Sync,
        whence: Whence,
        replaces: Option<&SecretString>,
    ) -> Result<Outcome, AccessError> {
        let source = whence.source.clone();
        let outcome = self.judge(returned, person, values, whence, replaces).await;
        match &outcome {
            Ok(Outcome::Refused(refusal)) => {
                self.refuse_sso(returned, refusal.code(), person.email.as_deref(), source).await?;
            }
            Err(AccessError::Suspended) => {
                self.refuse_sso(returned, "suspended", person.email.as_deref(), source).await?;
            }
            _ => {}
        }
        outcome
    }

    /// Writes down that nobody was signed in; `email` is one that the provider proved.
    ///
    /// # Errors
    /// Where the audit cannot be written.
    pub async fn refuse_sso(
        &self,
        returned: &Returned,
        reason: &str,
        email: Option<&str>,
        source: Option<String>,
    ) -> Result<(), AccessError> {
        let mut scope = self.store.scope(&ACTOR, returned.client.account).await?;
        scope.set_source(source);
        let email = email.map(|email| email.chars().take(254).collect::<String>());
        let entry = Entry::new("sign_in.refused", Object::new("sign_in", returned.connection.get()));
        record(&mut scope, entry.after(json!({ "reason": reason, "email": email }))).await?;
        Ok(scope.commit().await?)
    }

    async fn judge(
        &self,
        returned: &Returned,
        person: &Person,
        values: impl Fn(&str) -> Vec<String> + Send + Sync,
        whence: Whence,
        replaces: Option<&SecretString>,
    ) -> Result<Outcome, AccessError> {
        let source = whence.source.clone();
        let refused = |refusal| Ok(Outcome::Refused(refusal));
        let email = match self.address(returned, person).await? {
            Ok(email) => email,
            Err(refusal) => return refused(refusal),
        };
        let account = returned.client.account;
        let known =
            store::identity(&mut self.store.door().await?, account, returned.connection, &person.subject).await?;
        if let Some(operator) = returned.operator {
            return self.link(returned, person, operator, known, source).await;
        }
        let role = self.mapped(returned, &values).await?;
        let operator = match known {
            Some(Identity { operator_id, barred_at: None, .. }) => operator_id,
            Some(Identity { operator_id, .. }) if self.holds_by_hand(returned, operator_id).await? => operator_id,
            Some(_) => return refused(Refusal::Barred),
            None => match (self.newcomer_of(returned, person, &email, role.as_ref(), source.clone()).await?, role) {
                (Ok(operator), _) => operator,
                (Err(refusal), _) => return refused(refusal),
            },
        };
        if let Err(refusal) = self.apply(returned, &person.subject, operator, &values, source.clone()).await? {
            return refused(refusal);
        }
        let through = Through { account, connection: returned.connection, place: returned.place.clone() };
        Ok(match self.after_provider(operator, through, whence, replaces).await? {
            SignInOutcome::SignedIn(done) => Outcome::SignedIn(done),
            SignInOutcome::SecondFactor(challenge) => Outcome::SecondFactor(challenge),
            SignInOutcome::Refused => Outcome::Refused(Refusal::NoRole),
        })
    }

    /// The address, where the provider says that it is the person's and a domain of the account's binds it.
    async fn address(&self, returned: &Returned, person: &Person) -> Result<Result<Email, Refusal>, AccessError> {
        let Some(email) = person.email.as_deref().and_then(|email| email.parse::<Email>().ok()) else {
            return Ok(Err(Refusal::Unverified));
        };
        if !person.email_verified || !(1..=LONGEST_SUBJECT).contains(&person.subject.chars().count()) {
            return Ok(Err(Refusal::Unverified));
        }
        let Some(domain) = domain_of(&email) else { return Ok(Err(Refusal::Elsewhere)) };
        let bound = store::bound_to(&mut self.store.door().await?, &domain).await?;
        Ok(if bound == Some(returned.client.account) { Ok(email) } else { Err(Refusal::Elsewhere) })
    }

    /// The operator who is signed in takes the identity up.
    async fn link(
        &self,
        returned: &Returned,
        person: &Person,
        operator: OperatorId,
        known: Option<Identity>,
        source: Option<String>,
    ) -> Result<Outcome, AccessError> {
        if let Some(known) = known {
            let own = known.operator_id == operator;
            return Ok(if own { Outcome::Linked } else { Outcome::Refused(Refusal::IdentityTaken) });
        }
        // from the root, so that what the operator began anywhere ends with it
        let mut scope = self.store.scope(&Actor::Operator(operator), AccountId::ROOT).await?;
        scope.visit(returned.client.account).await?;
        scope.set_source(source);
        if !store::link(&mut scope, returned, &person.subject, operator, Origin::Linked, self.store.now()).await? {
            return Ok(Outcome::Refused(Refusal::IdentityTaken));
        }
        self.end_proofs(&mut scope, operator, returned.session).await?;
        let entry = Entry::new("sign_in.linked", Object::new("operator", operator));
        record(&mut scope, entry.after(json!({ "connection": returned.connection }))).await?;
        scope.commit().await?;
        Ok(Outcome::Linked)
    }

    /// Somebody whom nobody knew: an operator is made, where there is a role for it. Where there is an operator of this
    /// address, it is left alone, but for one that this account's provider had made and that holds nothing any more
    /// anywhere: then the address is the account's to give, and whatever signed the one before in is taken away.
    async fn newcomer_of(
        &self,
        returned: &Returned,
        person: &Person,
        email: &Email,
        role: Option<&KnownRole>,
        source: Option<String>,
    ) -> Result<Result<OperatorId, Refusal>, AccessError> {
        let account = returned.client.account;
        let mut door = self.store.door().await?;
        let there = operators::store::find_by_email(&mut door, email).await?;
        if let Some(operator) = there
            && (!store::is_made_by(&mut door, account, operator).await?
                || !grants::store::places_of(&mut door, operator).await?.is_empty())
        {
            return Ok(Err(Refusal::AddressTaken));
        }
        drop(door);
        if role.is_none() {
            return Ok(Err(Refusal::NoRole));
        }
        let operator = there.unwrap_or_else(OperatorId::new);
        let mut scope = self.store.scope(&Actor::Operator(operator), account).await?;
        scope.set_source(source);
        scope.hold().await?;
        let name = person.name.as_deref().and_then(Name::cleaned).or_else(|| Name::cleaned(email.as_str()));
        let name = name.ok_or(AccessError::Invalid { field: "name", detail: "is none" })?.into_string();
        if there.is_some() {
            self.strip(&mut scope, operator).await?;
        } else {
            match operators::store::insert(&mut scope, operator, email, &name, None).await {
                Err(error) if is_duplicate(&error) => return Ok(Err(Refusal::AddressTaken)),
                done => done?,
            }
        }
        if !store::link(&mut scope, returned, &person.subject, operator, Origin::Made, self.store.now()).await? {
            return Ok(Err(Refusal::IdentityTaken));
        }
        if let Some((0, _)) = self.store.room(&mut scope, Metered::Operators, &[]).await? {
            return Ok(Err(Refusal::Full));
        }
        let entry = Entry::new("operator.joined", Object::new("operator", operator).named(email.as_str()));
        let told = json!({ "name": name, "connection": returned.connection, "again": there.is_some() });
        record(&mut scope, entry.after(told)).await?;
        scope.commit().await?;
        Ok(Ok(operator))
    }

    /// Takes away all by which an operator signed in.
    async fn strip(&self, scope: &mut Scope, operator: OperatorId) -> Result<(), AccessError> {
        store::forget_identities(scope, operator).await?;
        operators::store::clear_password(scope, operator).await?;
        factors::store::remove(scope, operator).await?;
        passkeys::store::strip(scope, operator).await?;
        self.end_proofs(scope, operator, None).await?;
        Ok(())
    }

    async fn holds_by_hand(&self, returned: &Returned, operator: OperatorId) -> Result<bool, AccessError> {
        let mut door = self.store.door().await?;
        Ok(store::holds_by_hand(&mut door, operator, &returned.place).await?)
    }
}
