//! Writing an entry.

use bailiwick_store::{AccountId, Actor, Scope, uuid_id};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::AuditError;
use crate::store;

uuid_id! {
    /// One audit entry.
    EntryId
}

/// What was acted upon.
#[derive(Debug, Clone)]
pub struct Object {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

impl Object {
    /// An object by kind (`a-z` and `_`, such as `"device"`) and id.
    #[must_use]
    pub fn new(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self { kind, id: id.to_string(), name: None }
    }

    /// With the name it bears at this time, so that the entry can be read after the object is gone.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// What is to be told.
///
/// ```
/// # use bailiwick_audit::{Entry, Object};
/// # use serde_json::json;
/// let entry = Entry::new("account.renamed", Object::new("account", "0190…").named("Praxis Nord"))
///     .before(json!({"name": "Praxis Süd"}))
///     .after(json!({"name": "Praxis Nord"}));
/// ```
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) action: &'static str,
    pub(crate) object: Object,
    pub(crate) detail: Detail,
}

/// What may be personal, and is erased as one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// On whose behalf.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub(crate) as_whom: Option<String>,
    /// The account whose grant let the actor in, where it is not the entry's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl Entry {
    /// An entry about `object`. `action` is `object.verb` in the past tense, `a-z`, `_` and dots: `"device.retired"`.
    #[must_use]
    pub fn new(action: &'static str, object: Object) -> Self {
        Self { action, object, detail: Detail::default() }
    }

    /// What it was. Never a secret.
    #[must_use]
    pub fn before(mut self, value: Value) -> Self {
        self.detail.before = Some(value);
        self
    }

    /// What it is now. Never a secret.
    #[must_use]
    pub fn after(mut self, value: Value) -> Self {
        self.detail.after = Some(value);
        self
    }

    /// Why, as the actor said.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.detail.reason = Some(reason.into());
        self
    }

    /// On whose behalf the actor acts.
    #[must_use]
    pub fn on_behalf_of(mut self, whom: impl Into<String>) -> Self {
        self.detail.as_whom = Some(whom.into());
        self
    }
}

/// Writes the entry into the scope's transaction, under the account that the scope is bound to, with the
/// scope's actor and source.
///
/// # Errors
/// Where the statement fails; the transaction is then lost, and with it what the entry was about.
pub async fn record(scope: &mut Scope, entry: Entry) -> Result<EntryId, AuditError> {
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(AuditError::Randomness)?;
    let id = EntryId::new();
    let mut entry = completed(scope, entry);
    entry.detail.through = entry.detail.through.filter(|account| *account != scope.account());
    store::insert(scope, id, &entry, &salt).await?;
    Ok(id)
}

/// Writes the same entry into each of these accounts, which the scope sees: for what is done once and concerns many.
///
/// # Errors
/// As [`record`].
pub async fn record_each(scope: &mut Scope, accounts: &[AccountId], entry: Entry) -> Result<(), AuditError> {
    if !accounts.is_empty() {
        let entry = completed(scope, entry);
        store::insert_each(scope, accounts, &entry).await?;
    }
    Ok(())
}

/// With what the scope knows of who acts.
fn completed(scope: &Scope, mut entry: Entry) -> Entry {
    entry.detail.name = entry.object.name.take();
    entry.detail.source = scope.source().map(str::to_owned);
    entry.detail.through = scope.through();
    if entry.detail.as_whom.is_none() {
        entry.detail.as_whom = scope.as_whom().map(|operator| Actor::Operator(operator).to_string());
    }
    entry
}
