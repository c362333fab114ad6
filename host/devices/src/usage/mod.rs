//! How many devices an account had, day by day and by driver: what is billed.
//!
//! Counted at every full hour; of a day (UTC) the highest count stays. A device counts where it is not retired, under
//! the driver that made it known first. The rows belong to the account and move with it.

mod service;
mod store;

use async_trait::async_trait;
use bailiwick_store::{AccountId, Scope, Store, StoreError};
use jiff::tz::TimeZone;

use crate::{
    CursorError, Named,
    jobs::{Claimed, JobFailure, Worker},
};

pub use service::list;

pub(crate) const CENSUS: &str = "device_census";

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// A day.
    #[default]
    Day,
    /// A calendar month.
    Month,
}

/// What an account had of a driver.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Usage {
    account_id: AccountId,
    account_name: String,
    /// `2026-11-26` or `2026-11`.
    pub period: String,
    /// The driver.
    pub driver: String,
    /// The most devices on a day.
    pub devices: i32,
    /// The sum over the days.
    pub device_days: i64,
}

impl Usage {
    /// Whose.
    #[must_use]
    pub fn account(&self) -> Named<AccountId> {
        Named { id: self.account_id, name: self.account_name.clone() }
    }
}

/// What can go wrong with usage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// The days are in the wrong order, or more than [`UsageError::MOST_DAYS`].
    #[error("give a first and a last day, at most {} days", UsageError::MOST_DAYS)]
    Days,
    /// The cursor is of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UsageError {
    /// The most days of one call.
    pub const MOST_DAYS: i32 = 800;
}

/// Counts the devices of all accounts; the platform's own job.
#[derive(Debug, Clone, Copy, Default)]
pub struct Census;

#[async_trait]
impl Worker for Census {
    fn kind(&self) -> &'static str {
        CENSUS
    }

    async fn run(&self, job: &Claimed, database: &Store) -> Result<Scope, JobFailure> {
        let mut scope = job.scope(database).await?;
        store::count(&mut scope, TimeZone::UTC.to_datetime(database.now()).date()).await?;
        Ok(scope)
    }
}
