//! `GET /accounts/{id}/mails`: what was mailed for an account, and what could not be.

use axum::response::Response;
use bailiwick_mail::outbox::{self, Kind, Mail};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    edge::{Format, List, Page, Problem, Query, Tabular},
    work::{Authorized, permission::ViewOperators},
};

/// A mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailView {
    id: Uuid,
    /// `invitation`, `password_reset` or `password_changed`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// To whom; null where it is about a password: that is the operator's own.
    recipient: Option<String>,
    /// What it is about, such as the invitation.
    subject_id: Option<Uuid>,
    /// `waiting`, `sent` (the relay took it) or `failed` (given up).
    #[schema(value_type = String)]
    state: &'static str,
    /// Tries so far.
    tries: i32,
    /// Why the latest try failed: a code such as `smtp_refused`.
    error: Option<String>,
    created_at: Timestamp,
    /// When it was sent or given up.
    ended_at: Option<Timestamp>,
}

impl Tabular for MailView {
    const COLUMNS: &'static [&'static str] =
        &["id", "kind", "recipient", "subject_id", "state", "tries", "error", "created_at", "ended_at"];
}

impl From<Mail> for MailView {
    fn from(mail: Mail) -> Self {
        let own = matches!(mail.kind, Kind::PasswordReset | Kind::PasswordChanged);
        Self {
            id: mail.id.get(),
            kind: mail.kind.name(),
            recipient: (!own).then_some(mail.recipient),
            subject_id: mail.subject.filter(|_| !own),
            state: mail.state.name(),
            tries: mail.tries,
            error: mail.error,
            created_at: mail.created_at,
            ended_at: mail.ended_at,
        }
    }
}

/// The latest mails of this account, newest first; they are kept for 30 days.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/mails", tag = "mails",
    params(("id" = Uuid, Path, description = "The account."), Page), responses((status = 200, body = List<MailView>)))]
pub(super) async fn list(
    mut work: Authorized<ViewOperators>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = outbox::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, MailView::from))
}
