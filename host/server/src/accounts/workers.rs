//! What jobs do to the account tree: moving accounts, and erasing those whose time of grace is over.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use bailiwick_access::{Access, AccessError, accounts::moves::MoveId};
use bailiwick_devices::jobs::{Claimed, JobFailure, Worker};
use bailiwick_store::{AccountId, Scope, Store};

/// The kind of jobs that move an account.
pub(super) const MOVE: &str = "account_move";
/// The kind of the job that erases accounts.
pub const ERASURE: &str = "account_erasure";

/// Moves accounts.
pub struct Moving(Access);

impl Moving {
    /// With this access.
    #[must_use]
    pub fn new(access: Access) -> Self {
        Self(access)
    }
}

fn failed(error: AccessError) -> JobFailure {
    JobFailure::new(error.code(), error)
}

#[async_trait]
impl Worker for Moving {
    fn kind(&self) -> &'static str {
        MOVE
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(1_800)
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let named = |key: &str| job.arguments.get(key).and_then(|value| value.as_str());
        let account = named("account").and_then(|id| id.parse::<AccountId>().ok());
        let id = named("move").and_then(|id| id.parse::<MoveId>().ok());
        let (Some(account), Some(id)) = (account, id) else {
            return Err(JobFailure { code: "arguments", source: None });
        };
        let mut scope = job.scope(store).await?;
        let done = self.0.run_move(&mut scope, account, id).await;
        match done {
            Ok(()) => Ok(scope),
            Err(_) if job.tries >= job.max_attempts => {
                scope.rollback().await?;
                let mut scope = job.scope(store).await?;
                self.0.fail_move(&mut scope, account, id).await.map_err(failed)?;
                Ok(scope)
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// Erases accounts that are due, and their files.
pub struct Erasure {
    access: Access,
    exports: PathBuf,
}

impl Erasure {
    /// With this access and the folder in which exports lie, one folder an account.
    #[must_use]
    pub fn new(access: Access, exports: PathBuf) -> Self {
        Self { access, exports }
    }
}

#[async_trait]
impl Worker for Erasure {
    fn kind(&self) -> &'static str {
        ERASURE
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    async fn run(&self, job: &Claimed, store: &Store) -> Result<Scope, JobFailure> {
        let erased = self.access.erase_due().await.map_err(failed)?;
        for account in erased.accounts {
            match tokio::fs::remove_dir_all(self.exports.join(account.to_string())).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(JobFailure::new("files", error));
                }
                _ => {}
            }
        }
        if erased.ended > 0 {
            tracing::info!(accounts = erased.ended, "accounts were erased");
        }
        Ok(job.scope(store).await?)
    }
}
