//! Noting that somebody looked.

use bailiwick_store::{AccountId, Actor, Scope};
use jiff::Timestamp;

use crate::entry::Detail;
use crate::error::AuditError;
use crate::store;

/// A look from above: by somebody whose role lies above the accounts looked into.
#[derive(Debug, Clone)]
pub struct Look {
    /// At what: `look.` and what was looked at, such as `"look.devices"`.
    pub action: &'static str,
    /// The account whose grant let the actor in.
    pub through: AccountId,
    /// Noted in the scope's own account, unless it is there already since then.
    pub here: Option<Timestamp>,
    /// Noted in every account below that the scope sees, unless it is there already since then.
    pub below: Option<Timestamp>,
}

/// Notes a look in the audit of each account that it reached, in the scope's transaction; returns in how many it was not
/// noted yet.
///
/// # Errors
/// Where the statement fails; the transaction is then lost.
pub async fn look(scope: &mut Scope, look: &Look) -> Result<u64, AuditError> {
    let detail = Detail {
        as_whom: scope.as_whom().map(|operator| Actor::Operator(operator).to_string()),
        through: Some(look.through),
        source: scope.source().map(str::to_owned),
        ..Detail::default()
    };
    let noted = store::look(scope, look, &detail).await?;
    Ok(u64::try_from(noted).unwrap_or_default())
}
