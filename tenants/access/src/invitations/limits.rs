//! How many invitations a sender may cause: each is a mail to a stranger in the platform's name.
//!
//! An account, with all below it, and an operator may each send so many in a day: few while they are new, more with each
//! day that they are there. They are counted before anything is done. Invitations of one dealer's tree are counted one
//! after the other, so that many at once are not counted as none.

use bailiwick_store::{Lineage, OperatorId, Scope};
use jiff::{SignedDuration, Timestamp};

use super::store;
use crate::access::Access;
use crate::error::AccessError;

/// So long an invitation counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Invitations in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderLimits {
    /// Of whoever came to be today; so many more with each day since.
    pub at_first: u32,
    /// Of an account and all below it, at most.
    pub per_account: u32,
    /// Of an operator, with what its tokens send, at most.
    pub per_operator: u32,
}

impl Default for SenderLimits {
    fn default() -> Self {
        Self { at_first: 20, per_account: 500, per_operator: 100 }
    }
}

impl SenderLimits {
    /// What a sender that came to be then may send in a day, of at most `most`.
    fn of(self, since: Timestamp, now: Timestamp, most: u32) -> u32 {
        let days = now.duration_since(since).as_hours().max(0) / 24;
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        self.at_first.saturating_mul(days.saturating_add(1)).min(most)
    }
}

impl Access {
    /// Sets how many invitations a sender may cause.
    #[must_use]
    pub fn limiting_senders(mut self, limits: SenderLimits) -> Self {
        self.sender_limits = limits;
        self
    }

    /// Refuses one more invitation from the scope's account where it, an account above it, or the operator has sent as
    /// many as it may. The platform itself is no sender.
    ///
    /// # Errors
    /// [`AccessError::TooManyInvitations`].
    pub(super) async fn may_send(&self, scope: &mut Scope, by: Option<OperatorId>) -> Result<(), AccessError> {
        let (now, limits) = (self.store.now(), self.sender_limits);
        let since = now.checked_sub(DAY).unwrap_or(now);
        let places: Vec<Lineage> = scope.lineage().path().into_iter().filter(|place| place.depth() > 0).collect();
        if let Some(top) = places.iter().min_by_key(|place| place.depth()) {
            store::take_turn(scope, top).await?;
        }
        let mut ops = self.store.ops().await?;
        for (place, made_at) in store::ages(&mut ops, &places).await? {
            let most = limits.of(made_at.0, now, limits.per_account);
            let last = store::newest_below(&mut ops, &place, since, most).await?;
            refuse(last.map(|at| at.0), now)?;
        }
        if let Some(operator) = by
            && let Some(made_at) = store::age_of_operator(&mut ops, operator).await?
        {
            let most = limits.of(made_at.0, now, limits.per_operator);
            let last = store::newest_by(&mut ops, operator, since, most).await?;
            refuse(last.map(|at| at.0), now)?;
        }
        Ok(ops.rollback().await?)
    }
}

/// `last` is the oldest of as many invitations as may be sent, where there are so many: when it counts no more, there is
/// room.
fn refuse(last: Option<Timestamp>, now: Timestamp) -> Result<(), AccessError> {
    let Some(last) = last else { return Ok(()) };
    let room_at = last.checked_add(DAY).unwrap_or(now);
    let wait = u64::try_from(room_at.duration_since(now).as_secs()).unwrap_or(0);
    Err(AccessError::TooManyInvitations { retry_after: wait.max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_sender_begins_with_few_and_rises_day_by_day() {
        let (limits, made) = (SenderLimits { at_first: 20, per_account: 50, per_operator: 10 }, Timestamp::UNIX_EPOCH);
        let after = |hours| limits.of(made, made + SignedDuration::from_hours(hours), limits.per_account);
        assert_eq!([after(0), after(23), after(24), after(48), after(24 * 10_000)], [20, 20, 40, 50, 50]);
        assert_eq!(limits.of(made, made, limits.per_operator), 10, "never more than the most");
        assert_eq!(limits.of(made + SignedDuration::from_hours(1), made, 100), 20, "a clock that went back");
    }

    #[test]
    fn whoever_is_refused_is_told_when_there_is_room() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100);
        assert!(refuse(None, now).is_ok());
        let last = now - SignedDuration::from_hours(23);
        let refused = refuse(Some(last), now).unwrap_err();
        assert!(matches!(refused, AccessError::TooManyInvitations { retry_after: 3_600 }), "{refused:?}");
    }
}
