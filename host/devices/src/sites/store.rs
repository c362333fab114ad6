//! The SQL of sites.

use bailiwick_store::{At, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};
use uuid::Uuid;

use super::Site;
use crate::SiteId;

impl FromRow<'_, PgRow> for Site {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let ranges: Vec<String> = row.try_get("ranges")?;
        let seconds =
            |column: &str| Ok::<_, sqlx::Error>(u32::try_from(row.try_get::<i32, _>(column)?).unwrap_or_default());
        Ok(Self {
            id: row.try_get("id")?,
            account: row.try_get("tenant_id")?,
            name: row.try_get("name")?,
            address: row.try_get("address")?,
            // all of them were parsed before they were stored; one that no longer parses permits nothing
            ranges: ranges.iter().filter_map(|text| text.parse().ok()).collect(),
            poll_seconds: seconds("poll_seconds")?,
            sweep_seconds: seconds("sweep_seconds")?,
            communities_set: row.try_get("communities_set")?,
            created_at: row.try_get::<At, _>("created_at")?.0,
        })
    }
}

/// A site with its place in the list.
#[derive(FromRow)]
pub(super) struct Placed {
    #[sqlx(flatten)]
    pub(super) site: Site,
    pub(super) sort_key: String,
}

pub(super) async fn list(
    scope: &mut Scope,
    after: (Option<&str>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Placed>, StoreError> {
    Ok(sqlx::query_as(
        "select sort_key, tenant_id, id, name, address, ranges, poll_seconds, sweep_seconds,
                communities is not null as communities_set, created_at
         from sites where deleted_at is null and ($1::text is null or (sort_key, id) > ($1, $2))
         order by sort_key, id limit $3",
    )
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn get(scope: &mut Scope, id: SiteId) -> Result<Option<Site>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, name, address, ranges, poll_seconds, sweep_seconds,
                communities is not null as communities_set, created_at
         from sites where id = $1 and deleted_at is null",
    )
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn lock(scope: &mut Scope, id: SiteId) -> Result<Option<Site>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, name, address, ranges, poll_seconds, sweep_seconds,
                communities is not null as communities_set, created_at
         from sites where id = $1 and deleted_at is null for update",
    )
    .bind(id)
    .fetch_optional(scope.sql())
    .await?)
}

fn texts(site: &Site) -> Vec<String> {
    site.ranges.iter().map(ToString::to_string).collect()
}

fn number(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

pub(super) async fn insert(scope: &mut Scope, site: &Site, communities: Option<&[u8]>) -> Result<(), StoreError> {
    let lineage = scope.lineage().clone();
    sqlx::query(
        "insert into sites (tenant_id, lineage, id, name, address, ranges, poll_seconds, sweep_seconds, communities,
                            created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(site.account)
    .bind(lineage)
    .bind(site.id)
    .bind(&site.name)
    .bind(&site.address)
    .bind(texts(site))
    .bind(number(site.poll_seconds))
    .bind(number(site.sweep_seconds))
    .bind(communities)
    .bind(At(site.created_at))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn update(scope: &mut Scope, site: &Site) -> Result<(), StoreError> {
    sqlx::query(
        "update sites set name = $2, address = $3, ranges = $4, poll_seconds = $5, sweep_seconds = $6 where id = $1",
    )
    .bind(site.id)
    .bind(&site.name)
    .bind(&site.address)
    .bind(texts(site))
    .bind(number(site.poll_seconds))
    .bind(number(site.sweep_seconds))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn set_communities(scope: &mut Scope, id: SiteId, sealed: Option<&[u8]>) -> Result<(), StoreError> {
    sqlx::query("update sites set communities = $2, communities_version = communities_version + 1 where id = $1")
        .bind(id)
        .bind(sealed)
        .execute(scope.sql())
        .await?;
    Ok(())
}

pub(super) async fn communities(scope: &mut Scope, id: SiteId) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select communities from sites where id = $1").bind(id).fetch_optional(scope.sql()).await?;
    Ok(found.flatten())
}

/// Whether a collector still works there.
pub(super) async fn is_used(scope: &mut Scope, id: SiteId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("select exists (select from collectors where site_id = $1 and revoked_at is null)")
        .bind(id)
        .fetch_one(scope.sql())
        .await?)
}

/// Its devices stay, without a site; who holds a token that was not used yet comes too late. The row stays for what was
/// revoked or retired there, without its secrets.
pub(super) async fn delete(scope: &mut Scope, id: SiteId, now: Timestamp) -> Result<(), StoreError> {
    for statement in [
        "delete from collector_tokens where site_id = $1 and used_at is null and $2::timestamptz is not null",
        "update devices set site_id = null, site_given = false where site_id = $1 and $2::timestamptz is not null",
        "update sites set deleted_at = $2, communities = null where id = $1",
    ] {
        sqlx::query(statement).bind(id).bind(At(now)).execute(scope.sql()).await?;
    }
    Ok(())
}
