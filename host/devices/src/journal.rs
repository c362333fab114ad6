//! Audit entries of this crate, written in the transaction of what they tell.

use bailiwick_audit::{AuditError, Entry};
use bailiwick_store::{AccountId, Scope, StoreError};
use serde_json::Value;

/// What an entry is about.
pub(crate) struct Object(bailiwick_audit::Object);

impl Object {
    pub(crate) fn of(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self(bailiwick_audit::Object::new(kind, id))
    }

    /// With the name that operators know it by.
    pub(crate) fn named(self, name: &str) -> Self {
        Self(self.0.named(name))
    }
}

pub(crate) async fn record(
    scope: &mut Scope,
    action: &'static str,
    object: Object,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), StoreError> {
    bailiwick_audit::record(scope, entry(action, object, before, after)).await.map(drop).map_err(of_audit)
}

/// The same entry in each of these accounts, which the scope sees.
pub(crate) async fn record_each(
    scope: &mut Scope,
    accounts: &[AccountId],
    action: &'static str,
    object: Object,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), StoreError> {
    bailiwick_audit::record_each(scope, accounts, entry(action, object, before, after)).await.map_err(of_audit)
}

fn entry(action: &'static str, object: Object, before: Option<Value>, after: Option<Value>) -> Entry {
    let mut entry = Entry::new(action, object.0);
    if let Some(before) = before {
        entry = entry.before(before);
    }
    if let Some(after) = after {
        entry = entry.after(after);
    }
    entry
}

fn of_audit(error: AuditError) -> StoreError {
    match error {
        AuditError::Store(error) => error,
        other => StoreError::Database(sqlx::Error::Io(std::io::Error::other(other))),
    }
}
