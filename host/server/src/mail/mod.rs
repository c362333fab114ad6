//! Mail of the server: what its letters say, and `/api/v1/accounts/{id}/mails`, where it is seen what became of them.

mod list;
mod writer;

use std::sync::Arc;

use bailiwick_devices::jobs::JobError;
use bailiwick_mail::{
    Language, MailWorker, Sender,
    outbox::{Kind, NewMail, post},
};
use bailiwick_store::Scope;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, edge::Problem};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list))
}

/// What sends the mails of this server; `None` where no relay is configured.
///
/// # Errors
/// Where the settings name no sender, or a figure's name is taken.
pub fn worker(app: &App) -> anyhow::Result<Option<MailWorker>> {
    let Some(mail) = &app.config().mail else { return Ok(None) };
    let product = app.config().product_name.clone();
    let sender = Sender::new(app.egress().clone(), mail.server.clone(), &mail.from, product)?;
    let writer = Arc::new(writer::Letters { access: app.access().clone(), base: app.config().public_url.clone() });
    Ok(Some(MailWorker::new(sender, writer, &app.metrics().registry)?))
}

/// Refuses where no mail can be sent; the same for everybody and every address.
pub(crate) fn needed(app: &App) -> Result<(), Problem> {
    if app.config().mail.is_some() {
        Ok(())
    } else {
        Err(Problem::conflict("mail_not_configured", "No mail is configured here: ask who runs the platform."))
    }
}

/// Puts a mail into the scope's transaction.
pub(crate) async fn send(
    app: &App,
    scope: &mut Scope,
    kind: Kind,
    recipient: &str,
    locale: &str,
    subject: Option<Uuid>,
) -> Result<(), Problem> {
    let mail = NewMail { kind, recipient: recipient.to_owned(), language: Language::of(locale), subject };
    match post(scope, &mail, app.store().now()).await {
        Ok(_) => Ok(()),
        Err(JobError::Store(error)) => Err(error.into()),
        Err(other) => Err(Problem::internal(&other)),
    }
}
