//! What callers do with enrollments.

use bailiwick_store::{DeviceId, Scope};

use super::{Enrollment, EnrollmentError, store};
use crate::{Cursor, CursorError, Page, PageRequest, page::Key};

/// Enrollments of the scope (with its subtree), oldest first.
///
/// # Errors
/// [`EnrollmentError::Cursor`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Enrollment>, EnrollmentError> {
    let after = match page.after() {
        None => None,
        Some(Cursor { key: Key::Integer(micros), id }) => Some((*micros, *id)),
        Some(_) => return Err(CursorError.into()),
    };
    let rows = store::list(scope, after, page.probe()).await?;
    Ok(page.page(rows, |e: &Enrollment| Cursor { key: Key::Integer(e.created_at.as_microsecond()), id: e.id.get() }))
}

/// Those of one device.
///
/// # Errors
/// [`EnrollmentError::Store`].
pub async fn of_device(scope: &mut Scope, device: DeviceId) -> Result<Vec<Enrollment>, EnrollmentError> {
    Ok(store::of_device(scope, device).await?)
}
