//! What the server does by itself, besides serving: the queue's workers and the platform's own jobs.

use std::sync::Arc;

use anyhow::Context as _;
use bailiwick_audit::{SealKey, Sealer};
use bailiwick_devices::jobs::{self, Partitions, Retention, Sealing, Worker, Workers};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::App;

/// Jobs that run at once in this process.
const LOOPS: usize = 2;

/// Starts it all; when `stopping` is cancelled, jobs that run are finished and no more are taken.
pub(super) async fn start(app: &App, tasks: &TaskTracker, stopping: &CancellationToken) -> anyhow::Result<()> {
    let path = app.config().data_dir.join("audit.key");
    let key = SealKey::load_or_create(&path).context("data_dir: the key that seals the audit cannot be used")?;
    let workers: Vec<Arc<dyn Worker>> =
        vec![Arc::new(Partitions), Arc::new(Sealing::new(Sealer::new(key))), Arc::new(Retention::default())];
    jobs::schedule(app.store()).await?;
    let workers = Arc::new(Workers::new(app.store().clone(), workers));
    for _ in 0..LOOPS {
        let (workers, stopping) = (Arc::clone(&workers), stopping.clone());
        tasks.spawn(async move { workers.run(stopping).await });
    }
    Ok(())
}
