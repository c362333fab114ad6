//! Beginning, keeping up and ending a view.

use std::collections::BTreeSet;

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Lineage, OperatorId};
use jiff::Timestamp;
use serde_json::json;

use super::{MOST_MINUTES, NewView, Seat, sight, store};
use crate::access::{Access, checked_end, checked_reason};
use crate::accounts;
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
        let seen = self.shared(principal, new.operator, account, &place, until).await?;
        if seen.is_empty() {
            return Err(AccessError::NotFound);
        }
        let through: BTreeSet<_> = seen.iter().map(|held| held.account).filter(|through| *through != account).collect();
        let through: Vec<_> = through.into_iter().collect();
        let seat = Seat { session, whom: new.operator, at: account, through, until };
        if !store::begin(&mut scope, operator, &seat).await? {
            return Err(AccessError::SessionUnknown);
        }
        for told in std::iter::once(account).chain(seat.through) {
            scope.visit(told).await?;
            let entry = Entry::new("view_as.began", Object::new("operator", new.operator))
                .reason(&reason)
                .after(json!({ "until": until }))
                .on_behalf_of(Actor::Operator(new.operator).to_string());
            record(&mut scope, entry).await?;
        }
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
        let mut scope = self.own_scope(principal).await?;
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let through = store::through(&mut scope, operator, session).await?;
        scope.rollback().await?;
        let seat = Seat { session, whom: viewing.whom, at: viewing.at, through, until: viewing.until };
        self.leave(&principal.itself(), &seat, How::Hand).await
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
            self.leave(&principal, &seat, How::Time).await?;
            return Ok(principal);
        }
        let held = self.seen(&principal, &seat).await?;
        if held.is_empty() {
            self.leave(&principal, &seat, How::Rights).await?;
            return Ok(principal);
        }
        let viewing = Viewing { whom: seat.whom, at: seat.at, until: seat.until, own: principal.held };
        Ok(Principal { held, viewing_as: Some(viewing), ..principal })
    }

    /// What the view shows now; nothing where its operator may not view as others there any more. Through a grant that
    /// came since, on an account that was not told, it shows nothing.
    async fn seen(&self, principal: &Principal, seat: &Seat) -> Result<Vec<Held>, AccessError> {
        let place = accounts::store::place(&mut self.store.door().await?, seat.at).await?;
        let Some(place) = place else { return Ok(Vec::new()) };
        let mut seen = self.shared(principal, seat.whom, seat.at, &place, seat.until).await?;
        seen.retain(|held| held.account == seat.at || seat.through.contains(&held.account));
        Ok(seen)
    }

    /// What both see, of an operator who holds something within the right to view as others: whoever stands above or
    /// beside is nobody to look as. What denies that right to the principal is cut out, however far below.
    async fn shared(
        &self,
        principal: &Principal,
        whom: OperatorId,
        account: AccountId,
        place: &Lineage,
        until: Timestamp,
    ) -> Result<Vec<Held>, AccessError> {
        let mut door = self.store.door().await?;
        let denying = restrictions::store::denying(&mut door, Permission::ViewAs, place).await?;
        let (mut theirs, _) = grants::store::held_by(&mut door, whom, self.store.now()).await?;
        drop(door);
        let may = |at: &Lineage| principal.grant_for(at, Permission::ViewAs, &denying).is_some();
        if !may(place) {
            return Ok(Vec::new());
        }
        theirs.retain(|held| may(&held.lineage));
        let mut seen = sight::shared(principal.held(), &theirs, account, place, until);
        seen.retain(|held| may(&held.lineage));
        for held in &mut seen {
            let below = |branch: &&Lineage| held.lineage.contains(branch) && !may(branch);
            held.excluded.extend(denying.iter().filter(below).cloned().collect::<Vec<_>>());
        }
        Ok(seen)
    }

    /// Ends the views of the principal's sessions that were ended, so that their accounts are told; to be called after
    /// a session was.
    pub(crate) async fn leave_ended(&self, principal: &Principal) -> Result<(), AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let mut scope = self.own_scope(principal).await?;
        let seats = store::ended(&mut scope, operator).await?;
        scope.rollback().await?;
        for seat in seats {
            self.leave(principal, &seat, How::Session).await?;
        }
        Ok(())
    }

    /// Ends a view, told in the accounts that were told when it began, wherever they lie by now.
    async fn leave(&self, principal: &Principal, seat: &Seat, how: How) -> Result<(), AccessError> {
        let operator = principal.operator().ok_or(AccessError::NotAPerson)?;
        let home = principal.itself().roots().next().map(|held| held.account);
        let mut scope = self.store.scope(principal.actor(), AccountId::ROOT).await?;
        scope.set_source(principal.source.clone());
        // of two calls at once the first one tells
        if store::end(&mut scope, operator, seat).await? {
            let looked_at: Vec<_> = std::iter::once(seat.at).chain(seat.through.iter().copied()).collect();
            let mut told = store::there(&mut scope, &looked_at).await?;
            if told.is_empty() {
                // all of them are gone
                told.extend(home);
            }
            let itself = principal.itself();
            for account in told {
                scope.visit(account).await?;
                scope.set_through(itself.comes_from_above(scope.lineage()).unwrap_or(account));
                let entry = Entry::new("view_as.ended", Object::new("operator", seat.whom))
                    .after(json!({ "how": how.name() }))
                    .on_behalf_of(Actor::Operator(seat.whom).to_string());
                record(&mut scope, entry).await?;
            }
        }
        Ok(scope.commit().await?)
    }
}
