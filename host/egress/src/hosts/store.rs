//! The SQL of allow-lists.

use bailiwick_store::{AccountId, At, Door, Lineage, Scope, StoreError};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{AllowedHost, HostId};
use crate::allowed::{Destination, Purpose};

#[derive(FromRow)]
struct Row {
    id: HostId,
    tenant_id: AccountId,
    account_name: String,
    purpose: String,
    host: String,
    port: i32,
    created_at: At,
}

/// What this version does not know any more opens nothing.
fn destination(purpose: &str, host: &str, port: i32) -> Option<Destination> {
    let purpose = Purpose::ALL.into_iter().find(|known| known.name() == purpose)?;
    Destination::new(purpose, host, u16::try_from(port).ok()?).ok()
}

impl Row {
    fn known(self) -> Option<AllowedHost> {
        Some(AllowedHost {
            destination: destination(&self.purpose, &self.host, self.port)?,
            id: self.id,
            account: self.tenant_id,
            account_name: self.account_name,
            created_at: self.created_at.0,
        })
    }
}

pub(super) async fn of_account(scope: &mut Scope) -> Result<Vec<AllowedHost>, StoreError> {
    let account = scope.account();
    let rows: Vec<Row> = sqlx::query_as(
        "select h.id, h.tenant_id, a.name as account_name, h.purpose, h.host, h.port, h.created_at
         from egress_hosts h join accounts a on a.tenant_id = h.tenant_id
         where h.tenant_id = $1 order by h.purpose, h.host, h.port",
    )
    .bind(account)
    .fetch_all(scope.sql())
    .await?;
    Ok(rows.into_iter().filter_map(Row::known).collect())
}

pub(super) async fn all(scope: &mut Scope) -> Result<Vec<AllowedHost>, StoreError> {
    let place = scope.lineage().clone();
    let rows: Vec<Row> = sqlx::query_as(
        "select h.id, h.tenant_id, a.name as account_name, h.purpose, h.host, h.port, h.created_at
         from egress_hosts h join accounts a on a.tenant_id = h.tenant_id
         where h.lineage >= $1 collate \"C\" order by h.lineage, h.purpose, h.host, h.port",
    )
    .bind(place)
    .fetch_all(scope.sql())
    .await?;
    Ok(rows.into_iter().filter_map(Row::known).collect())
}

/// False where it stands there already.
pub(super) async fn insert(
    scope: &mut Scope,
    id: HostId,
    destination: &Destination,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let done = sqlx::query(
        "insert into egress_hosts (tenant_id, lineage, id, purpose, host, port, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, purpose, host, port) do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(destination.purpose.name())
    .bind(destination.host())
    .bind(i32::from(destination.port()))
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete(scope: &mut Scope, id: HostId) -> Result<Option<Destination>, StoreError> {
    let account = scope.account();
    let gone: Option<(String, String, i32)> =
        sqlx::query_as("delete from egress_hosts where tenant_id = $1 and id = $2 returning purpose, host, port")
            .bind(account)
            .bind(id)
            .fetch_optional(scope.sql())
            .await?;
    Ok(gone.and_then(|(purpose, host, port)| destination(&purpose, &host, port)))
}

pub(super) async fn is_named(door: &mut Door, place: &Lineage, wanted: &Destination) -> Result<bool, StoreError> {
    let way: Vec<String> = place.path().iter().map(ToString::to_string).collect();
    let named = sqlx::query_scalar(
        "select exists (select from egress_hosts
                        where lineage = any($1) and purpose = $2 and host = $3 and port = $4)",
    )
    .bind(way)
    .bind(wanted.purpose.name())
    .bind(wanted.host())
    .bind(i32::from(wanted.port()))
    .fetch_one(door.sql())
    .await?;
    Ok(named)
}
