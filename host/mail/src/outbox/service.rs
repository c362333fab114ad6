//! What callers and the worker do with the outbox.

use std::time::Duration;

use bailiwick_devices::jobs::{self, JobError, NewJob, Spacing};
use bailiwick_store::{Page, PageRequest, Scope, StoreError};
use jiff::Timestamp;

use super::{Mail, MailId, NewMail, Waiting, store};

/// The kind of the job that sends a mail.
pub const KIND: &str = "mail";
/// With waits of 5 seconds that double up to an hour: some eight hours.
const TRIES: i32 = 18;

/// Mails that nobody waits for come a minute behind those that somebody does; and since a relay takes about one a second,
/// those of one account a second apart, so that another account's come between them. Where the queue is short, all are sent
/// at once.
const SPACING: Spacing = Spacing { behind_urgent: Duration::from_secs(60), apart: Duration::from_secs(1) };

/// Puts a mail into the scope's account, in the scope's transaction: it is sent if and only if that commits.
///
/// # Errors
/// [`JobError::Store`].
pub async fn post(scope: &mut Scope, mail: &NewMail, now: Timestamp) -> Result<MailId, JobError> {
    let id = MailId::new();
    store::insert(scope, id, mail, now).await?;
    let job = NewJob {
        kind: KIND,
        key: id.to_string(),
        arguments: serde_json::json!({}),
        run_at: now,
        max_attempts: TRIES,
        recurs: None,
    };
    if mail.kind.is_urgent() {
        jobs::enqueue(scope, &job, now).await?;
    } else {
        jobs::enqueue_behind(scope, &job, SPACING, now).await?;
    }
    Ok(id)
}

/// The latest mails of the scope's account, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(scope: &mut Scope, page: &PageRequest) -> Result<Page<Mail>, StoreError> {
    store::list(scope, page).await
}

/// The mail, if it still waits.
pub(crate) async fn waiting(scope: &mut Scope, id: MailId) -> Result<Option<Waiting>, StoreError> {
    store::waiting(scope, id).await
}

/// There is nothing to be said any more.
pub(crate) async fn discard(scope: &mut Scope, id: MailId) -> Result<(), StoreError> {
    store::delete(scope, id).await
}

/// The relay took it.
pub(crate) async fn sent(scope: &mut Scope, id: MailId, now: Timestamp) -> Result<(), StoreError> {
    store::end(scope, id, "sent", None, now).await
}

/// It is given up.
pub(crate) async fn failed(scope: &mut Scope, id: MailId, code: &str, now: Timestamp) -> Result<(), StoreError> {
    store::end(scope, id, "failed", Some(code), now).await
}

/// It will be tried again.
pub(crate) async fn tried(scope: &mut Scope, id: MailId, code: &str) -> Result<(), StoreError> {
    store::tried(scope, id, code).await
}
