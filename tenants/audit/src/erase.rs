//! Taking a person's detail out of an entry.

use bailiwick_store::{AccountId, Actor, Store};

use crate::entry::{Entry, EntryId, Object, record};
use crate::error::AuditError;
use crate::store;

/// Entries whose detail is taken out in one transaction.
const BATCH: i64 = 2_000;

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

/// Erases what may be personal in every entry of an account that is erased itself, and in what other accounts' entries
/// tell about it. That it was done is noted where it lay, by whoever erases the account. Harmless to repeat; returns of
/// how many entries.
///
/// # Errors
/// Where the database fails: what was erased until then stays so.
pub async fn erase_account(store: &Store, account: AccountId) -> Result<u64, AuditError> {
    let mut ops = store.ops().await?;
    let mut erased = store::erase_about(&mut ops, account).await?;
    ops.commit().await?;
    loop {
        let mut ops = store.ops().await?;
        let some = store::erase_account(&mut ops, account, BATCH).await?;
        ops.commit().await?;
        erased = erased.saturating_add(some);
        if some == 0 {
            return Ok(erased);
        }
    }
}
