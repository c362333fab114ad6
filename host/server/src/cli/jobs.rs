//! What the server does by itself, besides serving: the queue's workers and the platform's own jobs.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use bailiwick_access::{Access, AccessError};
use bailiwick_audit::{SealKey, Sealer};
use bailiwick_devices::{
    exports::{EXPIRY, Expiring, Exporting},
    jobs::{self, Claimed, JobFailure, NewJob, Partitions, Retention, Sealing, Worker, Workers},
    usage::Census,
};
use bailiwick_store::{AccountId, Actor, Scope, Store};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    App, accounts,
    accounts::workers::{ERASURE, Erasure, Moving},
};

const HOUR: Duration = Duration::from_secs(3_600);

/// Jobs of one sort that run at once in this process.
const LOOPS: usize = 2;

/// Removes sessions and mailed links that ended long ago.
struct Forgetting(Access);

const FORGETTING: &str = "sign_in_retention";

#[async_trait]
impl Worker for Forgetting {
    fn kind(&self) -> &'static str {
        FORGETTING
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let failed = |error: AccessError| JobFailure::new("not_forgotten", error);
        self.0.purge_sessions().await.map_err(failed)?;
        self.0.purge_password_resets().await.map_err(failed)?;
        Ok(job.scope(store).await?)
    }
}

async fn schedule(app: &App) -> anyhow::Result<()> {
    let now = app.store().now();
    let mut scope = app.store().scope(&Actor::system("schedule"), AccountId::ROOT).await?;
    let job = NewJob {
        kind: FORGETTING,
        key: String::new(),
        arguments: serde_json::json!({}),
        run_at: now,
        max_attempts: 5,
        recurs: Some(Duration::from_secs(86_400)),
    };
    jobs::enqueue(&mut scope, &job, now).await?;
    Ok(scope.commit().await?)
}

/// Starts it all; when `stopping` is cancelled, jobs that run are finished and no more are taken.
pub(super) async fn start(
    app: &App,
    audit_key: SealKey,
    tasks: &TaskTracker,
    stopping: &CancellationToken,
) -> anyhow::Result<()> {
    let exports = accounts::exports::folder(app);
    let own: Vec<Arc<dyn Worker>> = vec![
        Arc::new(Partitions),
        Arc::new(Sealing::new(Sealer::new(audit_key))),
        Arc::new(Retention::default()),
        Arc::new(Forgetting(app.access().clone())),
        Arc::new(Census),
        Arc::new(Erasure::new(app.access().clone(), exports.clone())),
        Arc::new(Expiring::new(exports.clone())),
    ];
    // what accounts order, in loops of its own: it holds up neither seals nor partitions
    let ordered: Vec<Arc<dyn Worker>> =
        vec![Arc::new(Moving::new(app.access().clone())), Arc::new(Exporting::new(exports))];
    jobs::schedule(app.store()).await?;
    jobs::recur(app.store(), &[(ERASURE, HOUR), (EXPIRY, HOUR)]).await?;
    schedule(app).await?;
    run(app, own, tasks, stopping);
    run(app, ordered, tasks, stopping);
    if let Some(mail) = crate::mail::worker(app).context("mail_from")? {
        // in loops of their own: a relay that answers slowly holds up mails and nothing else
        run(app, vec![Arc::new(mail)], tasks, stopping);
    }
    Ok(())
}

fn run(app: &App, workers: Vec<Arc<dyn Worker>>, tasks: &TaskTracker, stopping: &CancellationToken) {
    let workers = Arc::new(Workers::new(app.store().clone(), workers));
    for _ in 0..LOOPS {
        let (workers, stopping) = (Arc::clone(&workers), stopping.clone());
        let shares = app.shares().clone();
        tasks.spawn(async move { workers.run(&shares, stopping).await });
    }
}
