//! What callers do with exports.

use bailiwick_store::{Cursor, Page, PageRequest, Scope, StoreError};
use jiff::Timestamp;
use serde_json::json;

use super::{Export, ExportError, ExportId, store, work::KIND};
use crate::{
    jobs::{self, NewJob},
    journal::{self, Object},
};

/// Asks for an export of the scope's account and all below it.
///
/// # Errors
/// [`ExportError::Waits`].
pub async fn request(scope: &mut Scope, now: Timestamp) -> Result<ExportId, ExportError> {
    let id = ExportId::new();
    if !store::insert(scope, id, now).await? {
        return Err(ExportError::Waits);
    }
    let job = NewJob {
        kind: KIND,
        key: id.to_string(),
        arguments: json!({ "export": id }),
        run_at: now,
        max_attempts: 5,
        recurs: None,
    };
    jobs::enqueue(scope, &job, now).await?;
    journal::record(scope, "account.export_requested", Object::of("export", id), None, None).await?;
    Ok(id)
}

/// The exports of the scope's account, the latest first.
///
/// # Errors
/// [`ExportError::Store`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Export>, ExportError> {
    let rows = store::list(scope, page.after_time().map_err(StoreError::from)?, page.probe()).await?;
    Ok(page.page(rows, |last| Cursor::time(last.requested_at, last.id.get())))
}

/// Whether an export can be fetched. Nothing is changed.
///
/// # Errors
/// [`ExportError::NotFound`].
pub async fn check(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<(), ExportError> {
    if store::is_ready(scope, id, now).await? { Ok(()) } else { Err(ExportError::NotFound) }
}

/// Notes that somebody begins to fetch an export, who may break off and begin again.
///
/// # Errors
/// [`ExportError::NotFound`].
pub async fn begin(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<(), ExportError> {
    check(scope, id, now).await?;
    journal::record(scope, "account.export_begun", Object::of("export", id), None, None).await?;
    Ok(())
}

/// Notes that an export was fetched whole, which happens once. Its file is removed once this is committed.
///
/// # Errors
/// [`ExportError::NotFound`].
pub async fn fetched(scope: &mut Scope, id: ExportId, now: Timestamp) -> Result<(), ExportError> {
    if !store::fetch(scope, id, now).await? {
        return Err(ExportError::NotFound);
    }
    journal::record(scope, "account.export_fetched", Object::of("export", id), None, None).await?;
    Ok(())
}
