//! What callers do with usage.

use bailiwick_store::Scope;
use jiff::civil::Date;

use super::{By, Usage, UsageError, store};
use crate::{Cursor, Page, PageRequest, page::Key};

/// What the scope's account and all below it had on these days, both included: one row an account, driver and period;
/// by period, driver and account.
///
/// # Errors
/// [`UsageError::Days`], [`UsageError::Cursor`].
pub async fn list(
    scope: &mut Scope,
    (from, to): (Date, Date),
    by: By,
    page: &PageRequest,
) -> Result<Page<Usage>, UsageError> {
    let days = from.until(to).map_err(|_| UsageError::Days)?.get_days();
    if !(0..UsageError::MOST_DAYS).contains(&days) {
        return Err(UsageError::Days);
    }
    let after = match page.after() {
        None => None,
        Some(Cursor { key: Key::Text(key), id }) => Some((key.as_str(), *id)),
        Some(Cursor { key: Key::Integer(_), .. }) => return Err(crate::CursorError.into()),
    };
    let rows = store::list(scope, (from, to), by, after, page.probe()).await?;
    let place =
        |row: &Usage| Cursor { key: Key::Text(format!("{}/{}", row.period, row.driver)), id: row.account_id.get() };
    Ok(page.page(rows, place))
}
