//! The SQL of collectors.

use bailiwick_contract::report::Status;
use bailiwick_store::{AccountId, Actor, At, CollectorId, Door, Scope, StoreError};
use jiff::{SignedDuration, Timestamp};
use sqlx::{FromRow, Row, postgres::PgRow, types::Json};

use super::{Authenticated, Collector, CollectorState};
use crate::{Named, SiteId, ingest::Cut};

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
                secrets_withheld_at: time("secrets_withheld_at")?,
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
                c.clock_offset_ms, c.last_sweep, c.left_out, c.left_out_at, c.secrets_withheld_at,
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

pub(super) struct NewRow<'a> {
    pub(super) identity: Authenticated,
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) key_hash: &'a [u8],
    /// Who answers for it.
    pub(super) vouched_by: &'a Actor,
}

pub(super) async fn insert(scope: &mut Scope, new: &NewRow<'_>, now: Timestamp) -> Result<(), StoreError> {
    let lineage = scope.lineage().clone();
    sqlx::query(
        "insert into collectors (tenant_id, lineage, id, site_id, name, key_hash, version, created_at, last_seen_at,
                                 vouched_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
    )
    .bind(new.identity.account)
    .bind(lineage)
    .bind(new.identity.collector)
    .bind(new.identity.site)
    .bind(new.name)
    .bind(new.key_hash)
    .bind(new.version)
    .bind(At(now))
    .bind(new.vouched_by.to_string())
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

/// Whether a list shows it differently now: only the time of a collector that was heard just before is no news.
pub(super) async fn status(
    scope: &mut Scope,
    id: CollectorId,
    status: &Status,
    clock_offset_ms: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let news = sqlx::query_scalar(
        "with before as (
             select id, version, pending, dead_letters, last_sweep, last_seen_at from collectors where id = $1 for update)
         update collectors c
         set version = $2, pending = $3, dead_letters = $4, clock_offset_ms = $5,
             last_sweep = coalesce($6, c.last_sweep), last_seen_at = $7
         from before where c.id = before.id
         returning before.version <> $2 or before.pending <> $3 or before.dead_letters <> $4
             or before.last_sweep is distinct from coalesce($6, before.last_sweep)
             or before.last_seen_at is null or before.last_seen_at < $7 - interval '2 minutes'",
    )
    .bind(id)
    .bind(&status.version)
    .bind(count(status.pending))
    .bind(count(status.dead_letters))
    .bind(clock_offset_ms)
    .bind(status.last_sweep.as_ref().map(Json))
    .bind(At(now))
    .fetch_optional(scope.sql())
    .await?;
    Ok(news.unwrap_or(false))
}

/// What is known of a collector and its site's secrets.
#[derive(FromRow)]
pub(super) struct SecretsRow {
    /// Whether there are none, or the collector had this very version of them.
    pub(super) known: bool,
    pub(super) vouched_by: Option<String>,
}

pub(super) async fn secrets(scope: &mut Scope, id: CollectorId) -> Result<Option<SecretsRow>, StoreError> {
    Ok(sqlx::query_as(
        "select s.communities is null or coalesce(c.communities_version = s.communities_version, false) as known,
                c.vouched_by
         from collectors c join sites s on s.tenant_id = c.tenant_id and s.id = c.site_id
         where c.id = $1",
    )
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

/// Notes which version of its site's secrets a collector has, where that is another than before.
pub(super) async fn given(scope: &mut Scope, id: CollectorId) -> Result<(), StoreError> {
    sqlx::query(
        "update collectors c set communities_version = s.communities_version, secrets_withheld_at = null
         from sites s
         where c.id = $1 and s.tenant_id = c.tenant_id and s.id = c.site_id
           and (c.communities_version is distinct from s.communities_version or c.secrets_withheld_at is not null)",
    )
    .bind(id)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Notes that a collector is not given its site's secrets; false where that was known.
pub(super) async fn withheld(scope: &mut Scope, id: CollectorId, now: Timestamp) -> Result<bool, StoreError> {
    let done =
        sqlx::query("update collectors set secrets_withheld_at = $2 where id = $1 and secrets_withheld_at is null")
            .bind(id)
            .bind(At(now))
            .execute(scope.sql())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// False where there is no such collector, or it was revoked.
pub(super) async fn vouch(scope: &mut Scope, id: CollectorId) -> Result<bool, StoreError> {
    let by = scope.actor().to_string();
    let done = sqlx::query(
        "update collectors set vouched_by = $2, secrets_withheld_at = null where id = $1 and revoked_at is null",
    )
    .bind(id)
    .bind(by)
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}
