//! The SQL of the queue.

use std::time::Duration;

use bailiwick_store::{AccountId, At, Ops, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};

use super::{Claimed, JobId, NewJob};

impl FromRow<'_, PgRow> for Claimed {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let recurs: Option<i32> = row.try_get("recurs")?;
        Ok(Self {
            id: row.try_get("id")?,
            account: row.try_get("tenant_id")?,
            kind: row.try_get("kind")?,
            key: row.try_get("key")?,
            arguments: row.try_get("arguments")?,
            attempt: row.try_get("attempt")?,
            tries: row.try_get("tries")?,
            max_attempts: row.try_get("max_attempts")?,
            recurs: recurs.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
        })
    }
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

pub(super) async fn insert(
    scope: &mut Scope,
    id: JobId,
    job: &NewJob,
    turn: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let account = scope.account();
    let done = sqlx::query(
        "insert into jobs (tenant_id, id, kind, key, arguments, run_at, max_attempts, recurs, created_at, turn)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (tenant_id, kind, key) where state in ('queued', 'running') do nothing",
    )
    .bind(account)
    .bind(id)
    .bind(job.kind)
    .bind(&job.key)
    .bind(&job.arguments)
    .bind(At(job.run_at))
    .bind(job.max_attempts)
    .bind(job.recurs.map(seconds))
    .bind(At(now))
    .bind(At(turn))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The last turn of the account's waiting jobs of a kind.
pub(super) async fn last_turn(scope: &mut Scope, kind: &str) -> Result<Option<Timestamp>, StoreError> {
    let account = scope.account();
    let last: Option<At> =
        sqlx::query_scalar("select max(turn) from jobs where tenant_id = $1 and kind = $2 and state = 'queued'")
            .bind(account)
            .bind(kind)
            .fetch_one(scope.sql())
            .await?;
    Ok(last.map(|at| at.0))
}

/// Gives up on jobs whose last try was not heard of again; recurring ones wait for their next time.
pub(super) async fn bury(ops: &mut Ops, kinds: &[&str], now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "update jobs
         set state = case when recurs is null then 'failed' else 'queued' end, error = 'lease_expired', finished_at = $2,
             tries = 0, lease_until = null, run_at = $2 + make_interval(secs => coalesce(recurs, 0)),
             turn = $2 + make_interval(secs => coalesce(recurs, 0))
         where state = 'running' and lease_until < $2 and tries >= max_attempts and kind = any($1)",
    )
    .bind(kinds)
    .bind(At(now))
    .execute(ops.sql())
    .await?;
    Ok(())
}

/// Of an account's jobs of one kind one runs at a time; the platform's own are not counted.
pub(super) async fn claim(
    ops: &mut Ops,
    kinds: &[&str],
    leases: &[i32],
    now: Timestamp,
) -> Result<Option<Claimed>, StoreError> {
    Ok(sqlx::query_as(
        "update jobs j
         set state = 'running', attempt = j.attempt + 1, tries = j.tries + 1,
             lease_until = $3 + make_interval(secs => due.lease)
         from (select w.tenant_id, w.id, k.lease
               from jobs w join unnest($1::text[], $2::int[]) as k (kind, lease) on k.kind = w.kind
               where ((w.state = 'queued' and w.run_at <= $3) or (w.state = 'running' and w.lease_until < $3))
                 and (w.tenant_id = $4 or not exists (
                      select from jobs r
                      where r.tenant_id = w.tenant_id and r.id <> w.id and r.kind = w.kind and r.state = 'running'
                        and r.lease_until >= $3))
               order by w.turn limit 1 for update of w skip locked) as due
         where j.tenant_id = due.tenant_id and j.id = due.id
         returning j.tenant_id, j.id, j.kind, j.key, j.arguments, j.attempt, j.tries, j.max_attempts, j.recurs",
    )
    .bind(kinds)
    .bind(leases)
    .bind(At(now))
    .bind(AccountId::ROOT)
    .fetch_optional(ops.sql())
    .await?)
}

/// Ends the attempt in the scope of its work; false where another attempt took over.
pub(super) async fn finish(scope: &mut Scope, job: &Claimed, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update jobs
         set state = case when recurs is null then 'done' else 'queued' end, finished_at = $4, error = null, tries = 0,
             lease_until = null, run_at = $4 + make_interval(secs => coalesce(recurs, 0)),
             turn = $4 + make_interval(secs => coalesce(recurs, 0))
         where tenant_id = $1 and id = $2 and attempt = $3 and state = 'running'",
    )
    .bind(job.account)
    .bind(job.id)
    .bind(job.attempt)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes a failure: tried again after `wait`, while there are tries left.
pub(super) async fn fail(
    ops: &mut Ops,
    job: &Claimed,
    code: &str,
    wait: Duration,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update jobs
         set state = case when tries < max_attempts or recurs is not null then 'queued' else 'failed' end,
             run_at = $5 + make_interval(secs => case when tries < max_attempts then $6 else coalesce(recurs, 0) end),
             turn = $5 + make_interval(secs => case when tries < max_attempts then $6 else coalesce(recurs, 0) end),
             tries = case when tries < max_attempts then tries else 0 end,
             error = $4, finished_at = $5, lease_until = null
         where tenant_id = $1 and id = $2 and attempt = $3 and state = 'running'",
    )
    .bind(job.account)
    .bind(job.id)
    .bind(job.attempt)
    .bind(code)
    .bind(At(now))
    .bind(wait.as_secs_f64())
    .execute(ops.sql())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Every account below the scope, itself included.
pub(super) async fn accounts(scope: &mut Scope) -> Result<Vec<bailiwick_store::AccountId>, StoreError> {
    Ok(sqlx::query_scalar("select tenant_id from accounts where $1 and erased_at is null order by tenant_id")
        .bind(true)
        .fetch_all(scope.sql())
        .await?)
}

/// Removes up to `most` rows of the bound account that are older than they are kept; gives how many it removed.
pub(super) async fn forget(scope: &mut Scope, what: Forget, before: Timestamp, most: i64) -> Result<u64, StoreError> {
    let account = scope.account();
    let done = sqlx::query(what.statement()).bind(account).bind(At(before)).bind(most).execute(scope.sql()).await?;
    Ok(done.rows_affected())
}

/// What is not kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forget {
    Readings,
    DeadLetters,
    IdempotencyKeys,
    Jobs,
    CollectorTokens,
    Mails,
    Invitations,
    Budgets,
}

impl Forget {
    const fn statement(self) -> &'static str {
        match self {
            Self::Readings => {
                "delete from readings where ctid = any (array(
                     select ctid from readings where tenant_id = $1 and at < $2 limit $3))
                 and tenant_id = $1 and at < $2"
            }
            Self::DeadLetters => {
                "delete from dead_letters where ctid = any (array(
                     select ctid from dead_letters where tenant_id = $1 and at < $2 limit $3)) and tenant_id = $1"
            }
            Self::IdempotencyKeys => {
                "delete from idempotency_keys where ctid = any (array(
                     select ctid from idempotency_keys where tenant_id = $1 and created_at < $2 limit $3))
                 and tenant_id = $1"
            }
            Self::Jobs => {
                "delete from jobs where ctid = any (array(
                     select ctid from jobs where tenant_id = $1 and finished_at < $2 and state in ('done', 'failed')
                     limit $3)) and tenant_id = $1"
            }
            Self::CollectorTokens => {
                "delete from collector_tokens where ctid = any (array(
                     select ctid from collector_tokens where tenant_id = $1 and expires_at < $2 limit $3))
                 and tenant_id = $1"
            }
            Self::Mails => {
                "delete from outbox where ctid = any (array(
                     select ctid from outbox where tenant_id = $1 and ended_at < $2 limit $3)) and tenant_id = $1"
            }
            Self::Budgets => {
                "delete from budgets where ctid = any (array(
                     select ctid from budgets where tenant_id = $1 and hour < $2 limit $3)) and tenant_id = $1"
            }
            Self::Invitations => {
                "delete from invitations where id = any (array(
                     select id from invitations where tenant_id = $1 and expires_at < $2 limit $3))
                 and tenant_id = $1"
            }
        }
    }
}
