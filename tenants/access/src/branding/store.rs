//! The SQL of brands.

use bailiwick_store::{At, Door, Lineage, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Brand, HostName, Logo, LogoHash, NewBrand};
use crate::accounts::texts;

#[derive(FromRow)]
struct Row {
    name: Option<String>,
    accent: Option<String>,
    support_email: Option<String>,
    support_url: Option<String>,
    host: Option<HostName>,
    logo_hash: Option<Vec<u8>>,
}

impl From<Row> for Brand {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            accent: row.accent.and_then(|text| text.parse().ok()),
            support_email: row.support_email,
            support_url: row.support_url,
            host: row.host,
            logo: row.logo_hash.and_then(|hash| hash.try_into().ok()).map(LogoHash),
        }
    }
}

/// The brands on the way down to `place`, the nearest first.
pub(super) async fn on_the_way(door: &mut Door, place: &Lineage) -> sqlx::Result<Vec<Brand>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select name, accent, support_email, support_url, host, logo_hash from brandings
         where lineage = any($1) order by length(lineage) desc",
    )
    .bind(texts(&place.path()))
    .fetch_all(door.sql())
    .await?;
    Ok(rows.into_iter().map(Brand::from).collect())
}

/// The place whose portal has this host name.
pub(super) async fn at_host(door: &mut Door, host: &HostName) -> sqlx::Result<Option<Lineage>> {
    sqlx::query_scalar("select lineage from brandings where host = $1").bind(host).fetch_optional(door.sql()).await
}

pub(super) async fn logo(door: &mut Door, hash: LogoHash) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("select logo from brandings where logo_hash = $1 limit 1")
        .bind(hash.0.as_slice())
        .fetch_optional(door.sql())
        .await
}

/// What the scope's account says itself, locked until the transaction ends.
pub(super) async fn own(scope: &mut Scope) -> sqlx::Result<Brand> {
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select name, accent, support_email, support_url, host, logo_hash from brandings
         where tenant_id = $1 for update",
    )
    .bind(account)
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.map(Brand::from).unwrap_or_default())
}

pub(super) async fn set(scope: &mut Scope, brand: &NewBrand, now: Timestamp) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into brandings (tenant_id, lineage, name, accent, support_email, support_url, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id) do update set name = excluded.name, accent = excluded.accent,
             support_email = excluded.support_email, support_url = excluded.support_url,
             changed_at = excluded.changed_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(&brand.name)
    .bind(brand.accent.map(|colour| colour.to_string()))
    .bind(&brand.support_email)
    .bind(&brand.support_url)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn set_host(scope: &mut Scope, host: Option<&HostName>, now: Timestamp) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into brandings (tenant_id, lineage, host, changed_at) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set host = excluded.host, changed_at = excluded.changed_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(host)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn set_logo(scope: &mut Scope, logo: Option<&Logo>, now: Timestamp) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into brandings (tenant_id, lineage, logo, logo_hash, changed_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update set logo = excluded.logo, logo_hash = excluded.logo_hash,
             changed_at = excluded.changed_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(logo.map(Logo::bytes))
    .bind(logo.map(|logo| logo.hash().0.to_vec()))
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}
