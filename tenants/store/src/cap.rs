//! What an account has at most of each thing, whatever its quotas say: so that no list grows without end.
//!
//! Who adds waits for others who add the same to the same account (an advisory lock that ends with the transaction), and
//! counts then; so two cannot take the same last place.

use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Scope;

/// A thing of which there are only so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capped {
    /// Accounts right below one.
    Accounts,
    /// Grants on an account.
    Operators,
    /// Invitations that wait.
    Invitations,
    /// Roles that an account made.
    Roles,
    /// API tokens that are neither revoked nor expired.
    Tokens,
    /// Sites.
    Sites,
    /// Collectors that are not revoked.
    Collectors,
    /// Enrollment tokens that were not used and have not expired.
    Enrollments,
    /// Groups of devices.
    Groups,
    /// Hosts on an allow-list.
    EgressHosts,
    /// Passkeys of one operator.
    Passkeys,
}

/// There are as many as there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are {} {} already, which is as many as there can be", .0.most(), .0.called())]
pub struct CapReached(pub Capped);

impl Capped {
    /// What belongs to an account.
    pub const OF_ACCOUNT: [Self; 10] = [
        Self::Accounts,
        Self::Operators,
        Self::Invitations,
        Self::Roles,
        Self::Tokens,
        Self::Sites,
        Self::Collectors,
        Self::Enrollments,
        Self::Groups,
        Self::EgressHosts,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Operators => "operators",
            Self::Invitations => "invitations",
            Self::Roles => "roles",
            Self::Tokens => "tokens",
            Self::Sites => "sites",
            Self::Collectors => "collectors",
            Self::Enrollments => "enrollments",
            Self::Groups => "groups",
            Self::EgressHosts => "egress_hosts",
            Self::Passkeys => "passkeys",
        }
    }

    /// In a sentence.
    #[must_use]
    pub const fn called(self) -> &'static str {
        match self {
            Self::Accounts => "accounts right below this one",
            Self::Operators => "roles given to operators",
            Self::Invitations => "invitations that wait",
            Self::Roles => "roles",
            Self::Tokens => "API tokens",
            Self::Sites => "sites",
            Self::Collectors => "collectors",
            Self::Enrollments => "enrollment tokens that wait",
            Self::Groups => "groups",
            Self::EgressHosts => "allowed hosts",
            Self::Passkeys => "passkeys",
        }
    }

    /// How many there can be. A list of them is read whole by pickers and pages at 500 rows; a dealer of the largest kind
    /// has a few thousand customers.
    #[must_use]
    pub const fn most(self) -> i64 {
        match self {
            Self::Accounts => 10_000,
            Self::Operators | Self::Sites | Self::Collectors => 2_000,
            Self::Invitations | Self::Tokens | Self::Enrollments | Self::Groups => 500,
            Self::EgressHosts => 200,
            Self::Roles => 100,
            Self::Passkeys => 20,
        }
    }

    const fn count(self) -> &'static str {
        match self {
            Self::Accounts => "select count(*) from accounts where parent_id = $1 and erased_at is null",
            Self::Operators => "select count(*) from grants where tenant_id = $1",
            Self::Invitations => {
                "select count(*) from invitations
                 where tenant_id = $1 and accepted_at is null and revoked_at is null and expires_at > now()"
            }
            Self::Roles => "select count(*) from roles where tenant_id = $1",
            Self::Tokens => {
                "select count(*) from api_tokens
                 where tenant_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())"
            }
            Self::Sites => "select count(*) from sites where tenant_id = $1 and deleted_at is null",
            Self::Collectors => "select count(*) from collectors where tenant_id = $1 and revoked_at is null",
            Self::Enrollments => {
                "select count(*) from collector_tokens where tenant_id = $1 and used_at is null and revoked_at is null
                   and expires_at > now()"
            }
            Self::Groups => "select count(*) from device_groups where tenant_id = $1",
            Self::EgressHosts => "select count(*) from egress_hosts where tenant_id = $1",
            Self::Passkeys => "select count(*) from passkeys where operator_id = $1",
        }
    }
}

impl Scope {
    /// Whether there is room for another, of the bound account; others that add to it wait until this scope ends.
    ///
    /// # Errors
    /// [`StoreError::Full`] where there is none.
    pub async fn room_for(&mut self, what: Capped) -> Result<(), StoreError> {
        let owner = self.account().get();
        self.room_of(what, owner).await
    }

    /// As [`Self::room_for`], of whoever it belongs to.
    ///
    /// # Errors
    /// [`StoreError::Full`] where there is none.
    pub async fn room_of(&mut self, what: Capped, owner: Uuid) -> Result<(), StoreError> {
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(format!("cap {} {owner}", what.name()))
            .execute(self.sql())
            .await?;
        if self.count_of(what, owner).await? < what.most() { Ok(()) } else { Err(StoreError::Full(CapReached(what))) }
    }

    /// How many the bound account has.
    ///
    /// # Errors
    /// Where the statement fails.
    pub async fn count(&mut self, what: Capped) -> Result<i64, StoreError> {
        let owner = self.account().get();
        self.count_of(what, owner).await
    }

    async fn count_of(&mut self, what: Capped, owner: Uuid) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(what.count()).bind(owner).fetch_one(self.sql()).await?)
    }
}
