//! The SQL of collectors.

use bailiwick_contract::report::Status;
use bailiwick_store::{AccountId, At, CollectorId, Door, Scope, StoreError};
use jiff::{SignedDuration, Timestamp};
use sqlx::{FromRow, Row, postgres::PgRow, types::Json};

use super::{Authenticated, Collector, CollectorState};
use crate::{CollectorTokenId, Named, SiteId, ingest::Cut};

/// A collector's row with what its state follows from.
pub(super) struct CollectorRow {
    collector: Collector,
    revoked_at: Option<Timestamp>,
    poll_seconds: u32,
    left_out_at: Option<Timestamp>,
}

impl CollectorRow {
    pub(super) fn at(self, now: Timestamp) -> Collector {
        let state = CollectorState::at(now, self.collector.last_seen_at, self.revoked_at, self.poll_seconds);
        let lately = self.left_out_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_hours(24));
        let left_out = if lately { self.collector.left_out } else { Vec::new() };
        Collector { state, left_out, ..self.collector }
    }
}

impl FromRow<'_, PgRow> for CollectorRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<At>, _>(column)?.map(|at| at.0));
        Ok(Self {
            collector: Collector {
                id: row.try_get("id")?,
                account: Named { id: row.try_get("tenant_id")?, name: row.try_get("account_name")? },
                site: Named { id: row.try_get("site_id")?, name: row.try_get("site_name")? },
                name: row.try_get("name")?,
                version: row.try_get("version")?,
                state: CollectorState::Offline,
                created_at: row.try_get::<At, _>("created_at")?.0,
                last_seen_at: time("last_seen_at")?,
                pending: row.try_get("pending")?,
                dead_letters: row.try_get("dead_letters")?,
                clock_offset_ms: row.try_get("clock_offset_ms")?,
                last_sweep: row.try_get::<Option<Json<_>>, _>("last_sweep")?.map(|figures| figures.0),
                devices_seen: row.try_get("devices_seen")?,
                left_out: Cut::all_named(row.try_get("left_out")?),
            },
            left_out_at: time("left_out_at")?,
            revoked_at: time("revoked_at")?,
            poll_seconds: u32::try_from(row.try_get::<i32, _>("poll_seconds")?).unwrap_or_default(),
        })
    }
}

/// All collectors of the scope, or the one of this id.
pub(super) async fn find(
    scope: &mut Scope,
    id: Option<CollectorId>,
    after: Option<(&str, uuid::Uuid)>,
    limit: i64,
) -> Result<Vec<CollectorRow>, StoreError> {
    Ok(sqlx::query_as(
        "select c.tenant_id, a.name as account_name, c.id, c.site_id, s.name as site_name, s.poll_seconds, c.name,
                c.version, c.created_at, c.last_seen_at, c.revoked_at, c.pending, c.dead_letters,
                c.clock_offset_ms, c.last_sweep, c.left_out, c.left_out_at,
                (select count(*) from enrollments e
                 where e.tenant_id = c.tenant_id and e.collector_id = c.id and e.state = 'active') as devices_seen
         from collectors c
         join accounts a on a.tenant_id = c.tenant_id
         join sites s on s.tenant_id = c.tenant_id and s.id = c.site_id
         where ($1::uuid is null or c.id = $1) and ($2::text is null or (c.name, c.id) > ($2, $3))
         order by c.name, c.id limit $4",
    )
    .bind(id)
    .bind(after.map(|(name, _)| name))
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

pub(super) struct NewTokenRow<'a> {
    pub(super) id: CollectorTokenId,
    pub(super) site: SiteId,
    pub(super) name: &'a str,
    pub(super) hash: &'a [u8],
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert_token(scope: &mut Scope, token: NewTokenRow<'_>) -> Result<(), StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into collector_tokens (tenant_id, lineage, id, site_id, name, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(account)
    .bind(lineage)
    .bind(token.id)
    .bind(token.site)
    .bind(token.name)
    .bind(token.hash)
    .bind(At(token.created_at))
    .bind(At(token.expires_at))
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// A token that was presented.
#[derive(FromRow)]
pub(super) struct KnownToken {
    pub(super) tenant_id: AccountId,
    pub(super) id: CollectorTokenId,
    pub(super) expires_at: At,
    pub(super) used: bool,
    pub(super) suspended: bool,
}

pub(super) async fn token(door: &mut Door, hash: &[u8]) -> Result<Option<KnownToken>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, expires_at, used_at is not null as used,
                exists (select from accounts a where a.suspended_at is not null and t.lineage ^@ a.lineage) as suspended
         from collector_tokens t where token_hash = $1",
    )
    .bind(hash)
    .fetch_optional(door.sql())
    .await?)
}

/// Uses the token up; `None` where another was faster.
pub(super) async fn consume(
    scope: &mut Scope,
    id: CollectorTokenId,
    now: Timestamp,
) -> Result<Option<(SiteId, String)>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "update collector_tokens set used_at = $3
         where tenant_id = $1 and id = $2 and used_at is null and expires_at > $3
         returning site_id, name",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn insert(
    scope: &mut Scope,
    identity: Authenticated,
    name: &str,
    version: &str,
    key_hash: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let lineage = scope.lineage().clone();
    sqlx::query(
        "insert into collectors (tenant_id, lineage, id, site_id, name, key_hash, version, created_at, last_seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(identity.account)
    .bind(lineage)
    .bind(identity.collector)
    .bind(identity.site)
    .bind(name)
    .bind(key_hash)
    .bind(version)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// A key that was presented.
#[derive(FromRow)]
pub(super) struct KnownKey {
    pub(super) tenant_id: AccountId,
    pub(super) id: CollectorId,
    pub(super) site_id: SiteId,
    pub(super) revoked: bool,
    pub(super) suspended: bool,
}

pub(super) async fn key(door: &mut Door, hash: &[u8]) -> Result<Option<KnownKey>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, site_id, revoked_at is not null as revoked,
                exists (select from accounts a where a.suspended_at is not null and c.lineage ^@ a.lineage) as suspended
         from collectors c where key_hash = $1",
    )
    .bind(hash)
    .fetch_optional(door.sql())
    .await?)
}

/// Whose it is.
pub(super) async fn account_of(scope: &mut Scope, id: CollectorId) -> Result<Option<AccountId>, StoreError> {
    Ok(sqlx::query_scalar("select tenant_id from collectors where id = $1")
        .bind(id)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn revoke(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("update collectors set revoked_at = coalesce(revoked_at, $2) where id = $1")
        .bind(id)
        .bind(At(now))
        .execute(scope.sql())
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn request_scan(scope: &mut Scope, id: CollectorId) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "update collectors set scan_requested = scan_requested + 1
         where id = $1 and revoked_at is null returning scan_requested",
    )
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn scan_requested(scope: &mut Scope, id: CollectorId) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar("select scan_requested from collectors where id = $1")
        .bind(id)
        .fetch_optional(scope.sql())
        .await?)
}

pub(super) async fn touch(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "update collectors set last_seen_at = $2
         where id = $1 and (last_seen_at is null or last_seen_at < $2 - interval '10 seconds')",
    )
    .bind(id)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn status(
    scope: &mut Scope,
    id: CollectorId,
    status: &Status,
    clock_offset_ms: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    sqlx::query(
        "update collectors set version = $2, pending = $3, dead_letters = $4, clock_offset_ms = $5,
                last_sweep = coalesce($6, last_sweep), last_seen_at = $7
         where id = $1",
    )
    .bind(id)
    .bind(&status.version)
    .bind(count(status.pending))
    .bind(count(status.dead_letters))
    .bind(clock_offset_ms)
    .bind(status.last_sweep.as_ref().map(Json))
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}
