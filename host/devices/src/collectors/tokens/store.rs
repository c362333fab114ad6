//! The SQL of one-time tokens.

use bailiwick_store::{AccountId, At, Door, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};

use super::super::OpenToken;
use crate::{CollectorTokenId, Named, SiteId};

pub(super) struct NewRow<'a> {
    pub(super) id: CollectorTokenId,
    pub(super) site: SiteId,
    pub(super) name: &'a str,
    pub(super) hash: &'a [u8],
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert(scope: &mut Scope, token: &NewRow<'_>) -> Result<(), StoreError> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    sqlx::query(
        "insert into collector_tokens (tenant_id, lineage, id, site_id, name, token_hash, created_at, expires_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(account)
    .bind(lineage)
    .bind(token.id)
    .bind(token.site)
    .bind(token.name)
    .bind(token.hash)
    .bind(At(token.created_at))
    .bind(At(token.expires_at))
    .bind(by)
    .execute(scope.sql())
    .await?;
    Ok(())
}

impl FromRow<'_, PgRow> for OpenToken {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            account: Named { id: row.try_get("tenant_id")?, name: row.try_get("account_name")? },
            site: Named { id: row.try_get("site_id")?, name: row.try_get("site_name")? },
            name: row.try_get("name")?,
            made_by: row.try_get::<Option<String>, _>("made_by")?.and_then(|actor| actor.parse().ok()),
            created_at: row.try_get::<At, _>("created_at")?.0,
            expires_at: row.try_get::<At, _>("expires_at")?.0,
        })
    }
}

/// Those of the scope that wait, the newest first, after one of them.
pub(super) async fn open(
    scope: &mut Scope,
    after: Option<uuid::Uuid>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<OpenToken>, StoreError> {
    Ok(sqlx::query_as(
        "select t.tenant_id, a.name as account_name, t.id, t.site_id, s.name as site_name, t.name, t.made_by,
                t.created_at, t.expires_at
         from collector_tokens t
         join accounts a on a.tenant_id = t.tenant_id
         join sites s on s.tenant_id = t.tenant_id and s.id = t.site_id
         where t.used_at is null and t.revoked_at is null and t.expires_at > $1 and ($2::uuid is null or t.id < $2)
         order by t.id desc limit $3",
    )
    .bind(At(now))
    .bind(after)
    .bind(limit)
    .fetch_all(scope.sql())
    .await?)
}

/// Whose it is.
pub(super) async fn account_of(scope: &mut Scope, id: CollectorTokenId) -> Result<Option<AccountId>, StoreError> {
    Ok(sqlx::query_scalar("select tenant_id from collector_tokens where id = $1")
        .bind(id)
        .fetch_optional(scope.sql())
        .await?)
}

/// The name of the collector that it would have made; `None` where it does not wait.
pub(super) async fn revoke(
    scope: &mut Scope,
    id: CollectorTokenId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar(
        "update collector_tokens set revoked_at = $3
         where tenant_id = $1 and id = $2 and used_at is null and revoked_at is null and expires_at > $3
         returning name",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .fetch_optional(scope.sql())
    .await?)
}

/// A token that was presented.
#[derive(FromRow)]
pub(super) struct Known {
    pub(super) tenant_id: AccountId,
    pub(super) id: CollectorTokenId,
    pub(super) made_by: Option<String>,
    pub(super) expires_at: At,
    /// Whether it was used or revoked.
    pub(super) ended: bool,
    pub(super) suspended: bool,
}

pub(super) async fn find(door: &mut Door, hash: &[u8]) -> Result<Option<Known>, StoreError> {
    Ok(sqlx::query_as(
        "select tenant_id, id, made_by, expires_at, used_at is not null or revoked_at is not null as ended,
                exists (select from accounts a where a.suspended_at is not null and t.lineage ^@ a.lineage) as suspended
         from collector_tokens t where token_hash = $1",
    )
    .bind(hash)
    .fetch_optional(door.sql())
    .await?)
}

/// Uses the token up; `None` where another was faster, or it was revoked meanwhile.
pub(in crate::collectors) async fn consume(
    scope: &mut Scope,
    id: CollectorTokenId,
    now: Timestamp,
) -> Result<Option<(SiteId, String)>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "update collector_tokens set used_at = $3
         where tenant_id = $1 and id = $2 and used_at is null and revoked_at is null and expires_at > $3
         returning site_id, name",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .fetch_optional(scope.sql())
    .await?)
}
