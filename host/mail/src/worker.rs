//! Sends what waits in the outbox.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bailiwick_devices::jobs::{Claimed, JobFailure, Worker};
use bailiwick_store::{Scope, Store};
use prometheus::{IntCounterVec, Opts, Registry};

use crate::letter::Letter;
use crate::outbox::{self, KIND, MailId, Waiting};
use crate::sender::Sender;

/// Writes letters from what they are about, at the time they are sent.
#[async_trait]
pub trait Writer: Send + Sync + 'static {
    /// The letter; `None` where there is nothing to be said (any more), such as for an address that nobody has.
    ///
    /// # Errors
    /// [`JobFailure`]; it is asked again later.
    async fn write(&self, mail: &Waiting) -> Result<Option<Letter>, JobFailure>;
}

/// Does the jobs that [`outbox::post`] adds.
pub struct MailWorker {
    sender: Sender,
    writer: Arc<dyn Writer>,
    mails: IntCounterVec,
}

impl MailWorker {
    /// With a sender and a writer.
    ///
    /// # Errors
    /// Where a figure's name is taken.
    pub fn new(sender: Sender, writer: Arc<dyn Writer>, registry: &Registry) -> Result<Self, prometheus::Error> {
        let opts = Opts::new("bailiwick_mails_total", "Tries to send a mail, by kind and outcome.");
        let mails = IntCounterVec::new(opts, &["kind", "outcome"])?;
        registry.register(Box::new(mails.clone()))?;
        Ok(Self { sender, writer, mails })
    }
}

#[async_trait]
impl Worker for MailWorker {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(120)
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let id: MailId = job.key.parse().map_err(|error| JobFailure::new("no_such_mail", error))?;
        let mut scope = job.scope(store).await?;
        let Some(mail) = outbox::waiting(&mut scope, id).await? else { return Ok(scope) };
        // nothing is open while a mail is written and sent
        scope.rollback().await?;
        let Some(letter) = self.writer.write(&mail).await? else {
            let mut scope = job.scope(store).await?;
            outbox::discard(&mut scope, id).await?;
            return Ok(scope);
        };
        let outcome = self.sender.send(&letter).await;
        let code = outcome.as_ref().map_or_else(|error| error.code, |()| "sent");
        self.mails.with_label_values(&[mail.kind.name(), code]).inc();
        let mut scope = job.scope(store).await?;
        match outcome {
            Ok(()) => outbox::sent(&mut scope, id, store.now()).await?,
            Err(error) if error.again && job.tries < job.max_attempts => {
                outbox::tried(&mut scope, id, error.code).await?;
                scope.commit().await?;
                return Err(JobFailure::new(error.code, error));
            }
            Err(error) => {
                tracing::warn!(kind = mail.kind.name(), code = error.code, cause = %error.source, "a mail was given up");
                outbox::failed(&mut scope, id, error.code, store.now()).await?;
            }
        }
        Ok(scope)
    }
}
