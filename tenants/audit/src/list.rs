//! Reading entries of one account, newest first, page by page.

use bailiwick_store::{AccountId, Actor, Cursor, Page, PageRequest, Scope};
use jiff::Timestamp;
use serde_json::Value;

use crate::entry::EntryId;
use crate::error::AuditError;
use crate::store;

/// Which entries; every field left out lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who acted. An operator also matches what its tokens did.
    pub actor: Option<Actor>,
    /// The action, `"device.retired"`; or what it begins with, up to a dot: `"device."`.
    pub action: Option<String>,
    /// The kind of object acted upon.
    pub object_kind: Option<String>,
    /// The id of the object acted upon.
    pub object_id: Option<String>,
    /// Only what was done by a grant on an account above: what a dealer did at its customer.
    pub from_above: bool,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// One entry as it is shown.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: EntryId,
    /// When its transaction began.
    pub at: Timestamp,
    /// Who acted, in the text form of [`Actor`].
    pub actor: String,
    /// On whose behalf.
    pub as_whom: Option<String>,
    /// The account above whose grant let the actor in; `None` where it was this one's own.
    pub through: Option<AccountId>,
    /// What was done.
    pub action: String,
    /// The kind of what it was done to.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// The name it bore then.
    pub object_name: Option<String>,
    /// Where the call came from.
    pub source: Option<String>,
    /// What it was.
    pub before: Option<Value>,
    /// What it became.
    pub after: Option<Value>,
    /// Why.
    pub reason: Option<String>,
    /// Whether the detail (everything that may be personal) has been erased.
    pub erased: bool,
    /// Whether a seal covers it.
    pub sealed: bool,
}

/// Lists entries of the account that the scope is bound to, not of those below it.
///
/// # Errors
/// [`AuditError::Cursor`], or where the statement fails.
pub async fn list(scope: &mut Scope, filter: &Filter, page: &PageRequest) -> Result<Page<Record>, AuditError> {
    let rows = store::list(scope, filter, page.after_time()?, page.probe()).await?;
    Ok(page.page(rows, |last| Cursor::time(last.at.0, last.id.get())).map(Record::from))
}

impl From<store::ListRow> for Record {
    fn from(row: store::ListRow) -> Self {
        let erased = row.detail.is_none();
        let detail = row.detail.map(|json| json.0).unwrap_or_default();
        Self {
            id: row.id,
            at: row.at.0,
            actor: row.actor,
            as_whom: detail.as_whom,
            through: detail.through,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            object_name: detail.name,
            source: detail.source,
            before: detail.before,
            after: detail.after,
            reason: detail.reason,
            erased,
            sealed: row.sealed,
        }
    }
}
