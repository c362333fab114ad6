//! A scope: the only door to an account's data.
//!
//! It is one transaction whose settings name an actor, an account and that account's subtree; the policies
//! of every table read them. The settings are literal `SET LOCAL`s, so they end with the transaction and
//! cannot leak into the next one on the same connection. Nothing but validated ids, lineages and actors is
//! ever written into them.

use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};

use crate::actor::Actor;
use crate::error::StoreError;
use crate::id::{AccountId, OperatorId};
use crate::lineage::Lineage;
use crate::pools::{self, Pools};

/// A transaction bound to an actor and an account. Dropped without [`Scope::commit`], it never happened.
#[derive(Debug)]
pub struct Scope {
    transaction: Transaction<'static, Postgres>,
    actor: Actor,
    account: AccountId,
    lineage: Lineage,
    cut: Cut,
    source: Option<String>,
    as_whom: Option<OperatorId>,
    through: Option<AccountId>,
}

/// What is cut out of a scope's subtree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cut {
    /// These subtrees; often none.
    Branches(Vec<Lineage>),
    /// Everything but the account itself.
    Below,
}

/// How far a scope sees, kept for longer than its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    lineage: Lineage,
    cut: Cut,
}

impl Sight {
    /// Where it begins.
    #[must_use]
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Whether it reaches this place.
    #[must_use]
    pub fn sees(&self, place: &Lineage) -> bool {
        match &self.cut {
            Cut::Below => self.lineage == *place,
            Cut::Branches(cut) => self.lineage.contains(place) && !cut.iter().any(|branch| branch.contains(place)),
        }
    }
}

impl Scope {
    pub(crate) async fn open(pools: &Pools, actor: &Actor, account: AccountId) -> Result<Self, StoreError> {
        let who = actor.literal().ok_or(StoreError::Actor)?;
        let begin = format!("BEGIN; SET LOCAL app.tenant = '{account}'; SET LOCAL app.actor = {who}");
        let mut transaction = pools::begin(&pools.app, begin).await?;
        let lineage = lineage_of(&mut transaction, account).await?;
        let narrow = format!("SET LOCAL app.scope = '{lineage}'");
        sqlx::raw_sql(AssertSqlSafe(narrow)).execute(&mut *transaction).await?;
        let (actor, cut) = (actor.clone(), Cut::Branches(Vec::new()));
        Ok(Self { transaction, actor, account, lineage, cut, source: None, as_whom: None, through: None })
    }

    /// The connection, for queries of a `store.rs`: `query.fetch_all(scope.sql())`.
    pub fn sql(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// The account this scope is bound to: what bulk tables show, and the top of what tree tables show.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// That account's lineage; the scope sees every lineage that it [contains](Lineage::contains).
    #[must_use]
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Where the call came from (an IP address), for the audit; `None` for the platform's own work.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Notes where the call came from.
    pub fn set_source(&mut self, source: Option<String>) {
        self.source = source;
    }

    /// As whom the actor looks, for the audit; `None` where as itself.
    #[must_use]
    pub fn as_whom(&self) -> Option<OperatorId> {
        self.as_whom
    }

    /// Notes as whom the actor looks.
    pub fn set_as_whom(&mut self, operator: Option<OperatorId>) {
        self.as_whom = operator;
    }

    /// The account whose grant lets the actor in, for the audit: whoever reads it sees what was done from above.
    #[must_use]
    pub fn through(&self) -> Option<AccountId> {
        self.through
    }

    /// Notes the account whose grant lets the actor in.
    pub fn set_through(&mut self, account: AccountId) {
        self.through = Some(account);
    }

    /// Narrows this scope, for the rest of its life, to one account of its subtree, whose bulk tables it then
    /// sees. There is no way back up.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the account does not exist or lies outside; the scope stays as it was.
    pub async fn bind(&mut self, account: AccountId) -> Result<(), StoreError> {
        if account == self.account {
            return Ok(());
        }
        let lineage = lineage_of(&mut self.transaction, account).await?;
        let narrow = format!("SET LOCAL app.tenant = '{account}'; SET LOCAL app.scope = '{lineage}'");
        sqlx::raw_sql(AssertSqlSafe(narrow)).execute(&mut *self.transaction).await?;
        self.account = account;
        self.lineage = lineage;
        Ok(())
    }

    /// Binds bulk tables, and what is written, to another account that the scope sees, and leaves what is seen as it
    /// is: for work that touches several accounts in one transaction. Also to one that was erased.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the account does not exist or lies outside; the scope stays as it was.
    pub async fn visit(&mut self, account: AccountId) -> Result<(), StoreError> {
        let found: Option<String> = sqlx::query_scalar("select lineage from accounts where tenant_id = $1")
            .bind(account)
            .fetch_optional(&mut *self.transaction)
            .await?;
        let lineage = found.ok_or(StoreError::NotFound)?.parse().map_err(StoreError::Lineage)?;
        let turn = format!("SET LOCAL app.tenant = '{account}'");
        sqlx::raw_sql(AssertSqlSafe(turn)).execute(&mut *self.transaction).await?;
        self.account = account;
        self.lineage = lineage;
        Ok(())
    }

    /// Gives each statement from here on as much time as a large subtree takes: for jobs.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn take_time(&mut self) -> Result<(), StoreError> {
        sqlx::raw_sql("SET LOCAL statement_timeout = '20min'").execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Has what ties rows to the places of their accounts looked at when the transaction ends, and not before: for who
    /// rewrites both.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn defer_fences(&mut self) -> Result<(), StoreError> {
        sqlx::raw_sql("SET CONSTRAINTS ALL DEFERRED").execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Keeps the account where it is until the transaction ends: a move waits for it, and one that goes on is waited
    /// for. What is read from here on is of the place that the scope was opened at.
    ///
    /// # Errors
    /// [`StoreError::Moved`] where the account was moved or erased since the scope was opened.
    pub async fn hold(&mut self) -> Result<(), StoreError> {
        let there: Option<bool> = sqlx::query_scalar(
            "select true from accounts where tenant_id = $1 and lineage = $2 and erased_at is null for key share",
        )
        .bind(self.account)
        .bind(&self.lineage)
        .fetch_optional(&mut *self.transaction)
        .await?;
        there.map(drop).ok_or(StoreError::Moved)
    }

    /// Cuts these subtrees out of what tree tables show, for the rest of this scope's life. A second call
    /// replaces the first list.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn exclude(&mut self, subtrees: &[Lineage]) -> Result<(), StoreError> {
        // a lineage holds nothing but 0-9, a-z and '/', so it needs no quotes within an array literal
        let list = subtrees.iter().map(Lineage::as_str).collect::<Vec<_>>().join(",");
        let cut = format!("SET LOCAL app.excluded = '{{{list}}}'");
        sqlx::raw_sql(AssertSqlSafe(cut)).execute(&mut *self.transaction).await?;
        self.cut = Cut::Branches(subtrees.to_vec());
        Ok(())
    }

    /// How far it sees.
    #[must_use]
    pub fn sight(&self) -> Sight {
        Sight { lineage: self.lineage.clone(), cut: self.cut.clone() }
    }

    /// Cuts everything below the scope's account out of what tree tables show, for the rest of this scope's life, in
    /// place of what [`Scope::exclude`] cut: what is left is the account itself.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn exclude_below(&mut self) -> Result<(), StoreError> {
        // whatever the key of an account below begins with; the rest of a key is 0-9 and a-z, so it needs no quotes
        let first = ('0'..='9').chain('a'..='z').map(|key| format!("{}{key}", self.lineage)).collect::<Vec<_>>();
        let cut = format!("SET LOCAL app.excluded = '{{{}}}'", first.join(","));
        sqlx::raw_sql(AssertSqlSafe(cut)).execute(&mut *self.transaction).await?;
        self.cut = Cut::Below;
        Ok(())
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// [`StoreError::Database`] where a deferred constraint fails or the connection breaks: then nothing was kept,
    /// except that a connection broken during the commit itself leaves it open whether it was.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }

    /// Undoes what was done, and waits for it. Dropping does the same, later.
    ///
    /// # Errors
    /// Where the connection breaks; the server then rolls back by itself.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
}

async fn lineage_of(connection: &mut PgConnection, account: AccountId) -> Result<Lineage, StoreError> {
    let found: Option<String> =
        sqlx::query_scalar("select lineage from accounts where tenant_id = $1 and erased_at is null")
            .bind(account)
            .fetch_optional(connection)
            .await?;
    found.ok_or(StoreError::NotFound)?.parse().map_err(StoreError::Lineage)
}
