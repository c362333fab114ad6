//! Taking a person's detail out of an entry.

use bailiwick_store::{AccountId, Actor, Store};

use crate::entry::{Entry, EntryId, Object, record};
use crate::error::AuditError;
use crate::store;

/// Erases what may be personal in one entry: names, values before and after, source and reason. Actor, action, object
/// and time stay, and so does the seal. That it was erased, by whom and why, is an entry of its own.
///
/// # Errors
/// [`AuditError::NoEntry`] where the account has no such entry or it is erased already.
pub async fn erase(
    store: &Store,
    actor: &Actor,
    account: AccountId,
    entry: EntryId,
    reason: &str,
) -> Result<(), AuditError> {
    let mut scope = store.scope(actor, account).await?;
    if !store::is_erasable(&mut scope, entry).await? {
        return Err(AuditError::NoEntry);
    }
    // Two roles, so two transactions: the note first. A crash in between leaves a note too many, which a
    // second call completes, and never an erasure without one.
    record(&mut scope, Entry::new("audit.erased", Object::new("audit_entry", entry)).reason(reason)).await?;
    scope.commit().await?;
    let mut ops = store.ops().await?;
    if !store::erase(&mut ops, account, entry).await? {
        return Err(AuditError::NoEntry);
    }
    ops.commit().await?;
    Ok(())
}
