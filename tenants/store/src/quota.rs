//! Whether there is room under the quotas of an account and of those above it.
//!
//! A quota limits a whole subtree, which who adds to it does not see; so role `ops` counts. Adders of one subtree wait
//! for each other (an advisory lock that ends with the adder's transaction), so that two cannot take the same last
//! place.

use crate::error::StoreError;
use crate::lineage::Lineage;
use crate::scope::Scope;
use crate::store::Store;

/// What quotas limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metered {
    /// Devices that are not retired.
    Devices,
    /// Collectors that are not revoked.
    Collectors,
    /// Operators that hold a grant, each once.
    Operators,
}

impl Metered {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Devices, Self::Collectors, Self::Operators];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::Collectors => "collectors",
            Self::Operators => "operators",
        }
    }

    const fn limits(self) -> &'static str {
        match self {
            Self::Devices => {
                "select lineage, devices from quotas where lineage = any($1) and devices is not null order by lineage"
            }
            Self::Collectors => {
                "select lineage, collectors from quotas where lineage = any($1) and collectors is not null order by lineage"
            }
            Self::Operators => {
                "select lineage, operators from quotas where lineage = any($1) and operators is not null order by lineage"
            }
        }
    }

    const fn count(self) -> &'static str {
        match self {
            Self::Devices => {
                "select count(*) from devices
                 where (lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"
                        or lineage >= $3 collate \"C\" and lineage < $4 collate \"C\") and retired_at is null"
            }
            Self::Collectors => {
                "select count(*) from collectors
                 where (lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"
                        or lineage >= $3 collate \"C\" and lineage < $4 collate \"C\") and revoked_at is null"
            }
            Self::Operators => {
                "select count(distinct operator_id) from grants
                 where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\"
                    or lineage >= $3 collate \"C\" and lineage < $4 collate \"C\""
            }
        }
    }
}

/// A quota has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the quota of {} is used up ({limit})", what.name())]
pub struct QuotaExceeded {
    /// Of what.
    pub what: Metered,
    /// The limit.
    pub limit: i64,
}

impl Store {
    /// The limits that hold at a place: its own quota and those above, each with the place that it is of.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn limits(&self, place: &Lineage, what: Metered) -> Result<Vec<(Lineage, i64)>, StoreError> {
        let path = place.path();
        let places: Vec<&str> = path.iter().map(Lineage::as_str).collect();
        let rows: Vec<(Lineage, i32)> =
            sqlx::query_as(what.limits()).bind(places).fetch_all(self.door().await?.sql()).await?;
        Ok(rows.into_iter().map(|(place, limit)| (place, i64::from(limit))).collect())
    }

    /// How much of it a subtree has.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn metered(&self, subtree: &Lineage, what: Metered) -> Result<i64, StoreError> {
        self.metered_together(subtree, subtree, what).await
    }

    /// How much of it two subtrees have together, what is in both counted once.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn metered_together(&self, one: &Lineage, other: &Lineage, what: Metered) -> Result<i64, StoreError> {
        let mut ops = self.ops().await?;
        Ok(sqlx::query_scalar(what.count())
            .bind(one)
            .bind(one.end())
            .bind(other)
            .bind(other.end())
            .fetch_one(ops.sql())
            .await?)
    }

    /// How many more there may be at the scope's place, and the limit that says so; `None` where nothing limits it.
    /// Until the scope ends, others that ask for the same subtree wait. What is added may be counted already, being at
    /// these places too: then a limit that reaches one of them is no hindrance.
    ///
    /// # Errors
    /// Where the database cannot be reached, [`StoreError::Busy`] where others keep it waiting.
    pub async fn room(
        &self,
        scope: &mut Scope,
        what: Metered,
        counted_at: &[Lineage],
    ) -> Result<Option<(i64, QuotaExceeded)>, StoreError> {
        let mut least: Option<(i64, QuotaExceeded)> = None;
        for (subtree, limit) in self.limits(scope.lineage(), what).await? {
            if counted_at.iter().any(|place| subtree.contains(place)) {
                continue;
            }
            let turn = format!("quota {} {subtree}", what.name());
            sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(turn)
                .execute(scope.sql())
                .await?;
            let room = limit.saturating_sub(self.metered(&subtree, what).await?).max(0);
            if least.is_none_or(|(other, _)| room < other) {
                least = Some((room, QuotaExceeded { what, limit }));
            }
        }
        Ok(least)
    }
}
