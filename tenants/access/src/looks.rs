//! Looks from above: whoever's role lies above an account, and who looks into it as somebody else or by an elevation, is
//! noted in the account's own audit before the first row is read. What one's own people look at is not noted: nobody is
//! watched at work here.
//!
//! One entry stands for an hour: by whom, at what, through which account. A list at an account above shows what lies in
//! all accounts below it; there, and for tokens, which ask again and again, one entry stands for a day. What was noted is
//! remembered by this process for a minute, so that a look costs nothing but the first time, and an account that comes to
//! lie below is told soon.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bailiwick_audit::Look;
use bailiwick_store::{AccountId, Lineage, OperatorId, Scope};
use jiff::Timestamp;

use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{Principal, Via};

/// Beyond that all is forgotten: it costs a statement each to find out again.
const REMEMBERED: usize = 100_000;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What this process knows to be noted within the minute.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    minute: Timestamp,
    keys: HashSet<Key>,
}

/// A look as it is remembered. What was cut out of it is part of it: who comes to see more looks anew.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    actor: String,
    as_whom: Option<OperatorId>,
    place: Lineage,
    action: &'static str,
    cut: Vec<Lineage>,
    through: AccountId,
    here: bool,
    below: bool,
}

/// A look that is to be noted.
#[derive(Debug)]
pub(crate) struct FromAbove {
    pub(crate) look: Look,
    pub(crate) key: Key,
    minute: Timestamp,
}

/// What the log calls it; `None` for what is no look into an account.
fn action(permission: Permission) -> Option<&'static str> {
    match permission {
        Permission::ViewDevices => Some("look.devices"),
        Permission::ViewOperators | Permission::ManageTokens | Permission::ManageSignIn => Some("look.operators"),
        Permission::ViewAudit => Some("look.audit"),
        _ => None,
    }
}

impl FromAbove {
    /// What is to be noted of this: `scope` has been opened for `permission`, without the branches `cut`.
    pub(crate) fn of(
        principal: &Principal,
        permission: Permission,
        scope: &Scope,
        cut: &[Lineage],
        now: Timestamp,
    ) -> Option<Self> {
        let action = action(permission).filter(|_| principal.via() != Via::System)?;
        let through = scope.through()?;
        // the lists of devices reach down; who has access and what was done are shown account by account
        let reaches_down = permission == Permission::ViewDevices && !principal.sees_alone(scope.lineage(), permission);
        let (minute, hour, day) = (floor(now, MINUTE), floor(now, HOUR), floor(now, DAY));
        let often = if matches!(principal.via(), Via::Token(_)) { day } else { hour };
        let here = (through != scope.account()).then_some(often);
        let below = reaches_down.then_some(day);
        if here.is_none() && below.is_none() {
            return None;
        }
        let key = Key {
            actor: principal.actor().to_string(),
            as_whom: principal.viewing_as(),
            place: scope.lineage().clone(),
            action,
            cut: cut.to_vec(),
            through,
            here: here.is_some(),
            below: below.is_some(),
        };
        Some(Self { look: Look { action, through, here, below }, key, minute })
    }

    /// Notes it in the scope's transaction.
    pub(crate) async fn note(&self, scope: &mut Scope) -> Result<(), AccessError> {
        bailiwick_audit::look(scope, &self.look).await?;
        Ok(())
    }
}

impl Looks {
    pub(crate) fn knows(&self, look: &FromAbove) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.minute == look.minute && noted.keys.contains(&look.key)
    }

    pub(crate) fn remember(&self, look: FromAbove) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.minute != look.minute || noted.keys.len() >= REMEMBERED {
            *noted = Noted { minute: look.minute, keys: HashSet::new() };
        }
        noted.keys.insert(look.key);
    }
}

/// When the hour or the day of so many seconds began, in UTC.
fn floor(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second().div_euclid(seconds).saturating_mul(seconds)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_begin_in_utc() {
        let now: Timestamp = "2026-03-29T01:59:59.5Z".parse().unwrap();
        assert_eq!(floor(now, HOUR), "2026-03-29T01:00:00Z".parse().unwrap());
        assert_eq!(floor(now, DAY), "2026-03-29T00:00:00Z".parse().unwrap());
    }
}
