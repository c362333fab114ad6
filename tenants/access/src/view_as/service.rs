//! Beginning, keeping up and ending a view.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Lineage, OperatorId, StoreError};
use jiff::Timestamp;
use serde_json::json;

use super::{MOST_MINUTES, NewView, Seat, sight, store};
use crate::access::{Access, checked_end, checked_reason};
use crate::error::AccessError;
use crate::grants;
use crate::operators;
use crate::permission::Permission;
use crate::principal::{Held, Principal, Via, Viewing};
use crate::restrictions;

/// By what a view ended.
#[derive(Debug, Clone, Copy)]
enum How {
    Hand,
    Time,
    /// Who looked, or as whom, may no more.
    Rights,
    /// The session was ended.
    Session,
}

impl How {
    const fn name(self) -> &'static str {
        match self {
            Self::Hand => "by_hand",
            Self::Time => "by_time",
            Self::Rights => "by_rights",
            Self::Session => "with_the_session",
        }
    }
}

impl Access {
    /// Lets the principal's session look at an account and below as another operator does; gives until when.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where there is no such operator within the principal's own right to view as others, or
    /// nothing that both of them see; [`AccessError::Invalid`] for a reason or time that is none, and for oneself;
    /// [`AccessError::NotAPerson`]; [`AccessError::ViewAsReadOnly`] where it views already; and those of
    /// [`Access::authorize`].
    pub async fn view_as(
        &self,
        principal: &Principal,
        account: AccountId,
        new: NewView,
    ) -> Result<Timestamp, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAs).await?;
        let (operator, Via::Session { id: session, .. }) = (principal.acting()?, principal.via()) else {
            return Err(AccessError::NotAPerson);
        };
        let reason = checked_reason(&new.reason)?;
        let until = checked_end(self.store.now(), new.minutes, MOST_MINUTES)?;
        if new.operator == operator {
            return Err(AccessError::Invalid { field: "operator_id", detail: "must be somebody else" });
        }
        let place = scope.lineage().clone();
        if self.shared(principal.held(), new.operator, account, &place, until).await?.is_empty() {
            return Err(AccessError::NotFound);
        }
        let seat = Seat { session, whom: new.operator, at: account, until };
        if !store::begin(&mut scope, operator, seat).await? {
            return Err(AccessError::SessionUnknown);
        }
        let entry = Entry::new("view_as.began", Object::new("operator", new.operator))
            .reason(reason)
            .after(json!({ "until": until }))
            .on_behalf_of(Actor::Operator(new.operator).to_string());
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(until)
    }

    /// Ends the view of the principal's session.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`]; [`AccessError::NotFound`] where it views as nobody else.
    pub async fn end_view_as(&self, principal: &Principal) -> Result<(), AccessError> {
        let Via::Session { id: session, .. } = principal.via() else { return Err(AccessError::NotAPerson) };
        let viewing = principal.viewing().ok_or(AccessError::NotFound)?;
        let seat = Seat { session, whom: viewing.whom, at: viewing.at, until: viewing.until };
        self.leave(&principal.itself(), seat, How::Hand).await
    }

    /// As whom a session looks: name and address.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn viewed(&self, principal: &Principal) -> Result<Option<(Viewing, String, String)>, AccessError> {
        let Some(viewing) = principal.viewing() else { return Ok(None) };
        let found = operators::store::named(&mut self.store.door().await?, &[viewing.whom]).await?;
        Ok(found.into_iter().next().map(|(_, name, email)| (viewing.clone(), name, email)))
    }

    /// The principal of a session with a view: as it sees now, or in its own right where the view is over.
    pub(crate) async fn look(&self, principal: Principal, seat: Seat) -> Result<Principal, AccessError> {
        if self.store.now() >= seat.until {
            self.leave(&principal, seat, How::Time).await?;
            return Ok(principal);
        }
        let held = self.seen(&principal, seat).await?;
        if held.is_empty() {
            self.leave(&principal, seat, How::Rights).await?;
            return Ok(principal);
        }
        let viewing = Viewing { whom: seat.whom, at: seat.at, until: seat.until, own: principal.held };
        Ok(Principal { held, viewing_as: Some(viewing), ..principal })
    }

    /// What the view shows now; nothing where its operator may not view as others there any more.
    async fn seen(&self, principal: &Principal, seat: Seat) -> Result<Vec<Held>, AccessError> {
        let mut door = self.store.door().await?;
        let Some(place) = store::place(&mut door, seat.at).await? else { return Ok(Vec::new()) };
        let denying = restrictions::store::denying(&mut door, Permission::ViewAs, &place).await?;
        drop(door);
        if principal.grant_for(&place, Permission::ViewAs, &denying).is_none() {
            return Ok(Vec::new());
        }
        self.shared(principal.held(), seat.whom, seat.at, &place, seat.until).await
    }

    /// What both see, of an operator who holds something within the right to view as others: whoever stands above or
    /// beside is nobody to look as.
    async fn shared(
        &self,
        own: &[Held],
        whom: OperatorId,
        account: AccountId,
        place: &Lineage,
        until: Timestamp,
    ) -> Result<Vec<Held>, AccessError> {
        let (mut theirs, _) = grants::store::held_by(&mut self.store.door().await?, whom, self.store.now()).await?;
        theirs.retain(|held| own.iter().any(|own| own.permissions_at(&held.lineage).contains(Permission::ViewAs)));
        Ok(sight::shared(own, &theirs, account, place, until))
    }

    /// Ends the views of the principal's sessions that were ended, so that their accounts are told; to be called after
    /// a session was.
    pub(crate) async fn leave_ended(&self, principal: &Principal) -> Result<(), AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        let seats = store::ended(&mut scope, operator).await?;
        scope.rollback().await?;
        for seat in seats {
            self.leave(principal, seat, How::Session).await?;
        }
        Ok(())
    }

    /// Ends a view, told in the account that was looked at.
    async fn leave(&self, principal: &Principal, seat: Seat, how: How) -> Result<(), AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = match self.store.scope(principal.actor(), seat.at).await {
            // the account is gone
            Err(StoreError::NotFound) => self.own_scope(principal).await?,
            opened => opened?,
        };
        scope.set_source(principal.source.clone());
        // of two calls at once the first one tells
        if store::end(&mut scope, operator, seat).await? {
            let entry = Entry::new("view_as.ended", Object::new("operator", seat.whom))
                .after(json!({ "how": how.name() }))
                .on_behalf_of(Actor::Operator(seat.whom).to_string());
            record(&mut scope, entry).await?;
        }
        Ok(scope.commit().await?)
    }
}
