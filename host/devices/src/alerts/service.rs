//! What callers do with alerts.

use bailiwick_store::Scope;
use jiff::Timestamp;

use super::{Alert, AlertError, AlertFilter, store};
use crate::{
    AlertId, Cursor, Page, PageRequest,
    journal::{self, Object},
    page::Key,
};

/// Alerts of the scope (with its subtree), newest first.
///
/// # Errors
/// [`AlertError::Cursor`].
pub async fn list(scope: &mut Scope, filter: &AlertFilter, page: &PageRequest) -> Result<Page<Alert>, AlertError> {
    let statement = store::statement(filter, None, page.after(), page.probe())?;
    let rows = store::find(scope, statement).await?;
    Ok(page.page(rows, |a: &Alert| Cursor { key: Key::Integer(a.raised_at.as_microsecond()), id: a.id.get() }))
}

/// Takes note of an alert; whoever did so first stays. Binds the scope to the alert's account.
///
/// # Errors
/// [`AlertError::NotFound`].
pub async fn acknowledge(scope: &mut Scope, id: AlertId, now: Timestamp) -> Result<Alert, AlertError> {
    let alert = get(scope, id).await?;
    scope.bind(alert.account.id).await?;
    if store::acknowledge(scope, id, now).await? {
        journal::record(scope, "alert.acknowledged", Object::of("alert", id), None, None).await?;
    }
    get(scope, id).await
}

async fn get(scope: &mut Scope, id: AlertId) -> Result<Alert, AlertError> {
    let statement = store::statement(&AlertFilter::default(), Some(id), None, 1)?;
    store::find(scope, statement).await?.pop().ok_or(AlertError::NotFound)
}
