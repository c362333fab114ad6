//! The SQL that reads a batch's snapshot. A few statements a batch, whatever its size.
//!
//! Each looks its rows up by key within a lateral subquery with a limit, which the planner cannot turn round: under
//! a policy it takes an account for a single row, and would scan it for every row of the batch.

use std::net::IpAddr;

use bailiwick_contract::{report::Rejected, value::Identity};
use bailiwick_store::{At, CollectorId, DeviceId, EnrollmentId, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{FromRow, Row, postgres::PgRow};
use uuid::Uuid;

use super::{
    budget::{Cut, OfDevice},
    fingerprints::Fingerprints,
    meters::Meters,
    world::{self, Device, Enrollment, Life, Origin},
};
use crate::{SiteId, devices::store::ownership, facts};

/// Until the scope ends, no other batch of the collector is applied, in this process or another. False where one is
/// being applied now: who asks lets its connection go and comes back.
pub(super) async fn take_turn(scope: &mut Scope, collector: CollectorId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtextextended('ingest ' || $1::text, 0))")
        .bind(collector)
        .fetch_one(scope.sql())
        .await?)
}

/// A collector's spool, locked until the scope ends, so that two sends of one batch follow each other. Gives how
/// far it is committed; `None` where it would be one spool too many.
pub(super) async fn lock_spool(
    scope: &mut Scope,
    collector: CollectorId,
    spool: Uuid,
    most: i64,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let account = scope.account();
    sqlx::query(
        "insert into spools (tenant_id, collector_id, spool_id, through, created_at, updated_at)
         select $1, $2, $3, 0, $4, $4
         where (select count(*) from spools where tenant_id = $1 and collector_id = $2) < $5
         on conflict do nothing",
    )
    .bind(account)
    .bind(collector)
    .bind(spool)
    .bind(At(now))
    .bind(most)
    .execute(scope.sql())
    .await?;
    Ok(sqlx::query_scalar(
        "select through from spools where tenant_id = $1 and collector_id = $2 and spool_id = $3 for update",
    )
    .bind(account)
    .bind(collector)
    .bind(spool)
    .fetch_optional(scope.sql())
    .await?)
}

pub(super) async fn advance_spool(
    scope: &mut Scope,
    collector: CollectorId,
    spool: Uuid,
    through: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update spools set through = $4, updated_at = $5
         where tenant_id = $1 and collector_id = $2 and spool_id = $3",
    )
    .bind(account)
    .bind(collector)
    .bind(spool)
    .bind(through)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

pub(super) async fn set_aside(
    scope: &mut Scope,
    collector: CollectorId,
    spool: Uuid,
    rejected: &[Rejected],
    now: Timestamp,
) -> Result<(), StoreError> {
    if rejected.is_empty() {
        return Ok(());
    }
    let account = scope.account();
    let sequences: Vec<i64> = rejected.iter().map(|r| i64::try_from(r.sequence).unwrap_or(i64::MAX)).collect();
    let codes: Vec<&str> = rejected.iter().map(|r| r.code.as_str()).collect();
    sqlx::query(
        "insert into dead_letters (tenant_id, collector_id, spool_id, sequence, code, at)
         select $1, $2, $3, u.sequence, u.code, $6 from unnest($4::bigint[], $5::text[]) as u (sequence, code)
         on conflict do nothing",
    )
    .bind(account)
    .bind(collector)
    .bind(spool)
    .bind(sequences)
    .bind(codes)
    .bind(At(now))
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Devices that have one of these identities.
pub(super) async fn by_identity(scope: &mut Scope, wanted: &[Identity]) -> Result<Vec<DeviceId>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let account = scope.account();
    let kinds: Vec<&str> = wanted.iter().map(|identity| identity.kind.as_str()).collect();
    let values: Vec<&str> = wanted.iter().map(|identity| identity.value.as_str()).collect();
    Ok(sqlx::query_scalar(
        "select distinct i.device_id
         from unnest($2::text[], $3::text[]) as u (kind, value)
         cross join lateral (
             select device_id from device_identities
             where tenant_id = $1 and kind = u.kind and value = u.value limit 1) i",
    )
    .bind(account)
    .bind(kinds)
    .bind(values)
    .fetch_all(scope.sql())
    .await?)
}

/// Devices last seen at these addresses of a site; those that take reports first.
pub(super) async fn by_address(
    scope: &mut Scope,
    site: SiteId,
    addresses: &[IpAddr],
) -> Result<Vec<(DeviceId, String)>, StoreError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let account = scope.account();
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    Ok(sqlx::query_as(
        "select e.device_id, e.address
         from unnest($3::text[]) as u (address)
         cross join lateral (
             select device_id, address from enrollments
             where tenant_id = $1 and site_id = $2 and address = u.address order by state limit 64) e",
    )
    .bind(account)
    .bind(site)
    .bind(addresses)
    .fetch_all(scope.sql())
    .await?)
}

pub(super) async fn identities(
    scope: &mut Scope,
    devices: &[DeviceId],
) -> Result<Vec<(DeviceId, Identity)>, StoreError> {
    let account = scope.account();
    let rows: Vec<(DeviceId, String, String)> = sqlx::query_as(
        "select u.id, i.kind, i.value
             from unnest($2::uuid[]) as u (id)
             cross join lateral (
                 select kind, value from device_identities where tenant_id = $1 and device_id = u.id limit 64) i",
    )
    .bind(account)
    .bind(devices)
    .fetch_all(scope.sql())
    .await?;
    Ok(rows.into_iter().map(|(device, kind, value)| (device, Identity { kind, value })).collect())
}

/// A device with one of its enrollments.
pub(super) struct Joined {
    pub(super) device: Device,
    pub(super) enrollment: Enrollment,
}

impl FromRow<'_, PgRow> for Joined {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let conditions: Vec<String> = row.try_get("conditions")?;
        let state: &str = row.try_get("state")?;
        Ok(Self {
            device: Device {
                id: row.try_get("device_id")?,
                origin: Origin::Stored,
                driver: row.try_get("first_driver")?,
                ownership: ownership(row.try_get("ownership")?),
                life: match row.try_get("life")? {
                    "active" => Life::Active,
                    "merged" => Life::Merged,
                    _ => Life::Retired,
                },
                identities: Vec::new(),
                enrollments: Vec::new(),
            },
            enrollment: Enrollment {
                id: row.try_get("id")?,
                origin: Origin::Stored,
                driver: row.try_get("driver")?,
                digest: row.try_get("digest")?,
                version: row.try_get("version")?,
                life: if state == "active" { Life::Active } else { Life::Retired },
                address: row.try_get("address")?,
                reported_at: row.try_get::<Option<At>, _>("reported_at")?.map(|at| at.0),
                fingerprints: Fingerprints::read(row.try_get("fingerprints")?),
                meters: Meters::read(row.try_get("meters")?),
                conditions: conditions.iter().map(|text| world::condition(text)).collect(),
                budget: OfDevice::read(row.try_get("budget")?),
                partial: Cut::all_named(row.try_get("partial")?).into_iter().collect(),
            },
        })
    }
}

pub(super) async fn devices(scope: &mut Scope, ids: &[DeviceId]) -> Result<Vec<Joined>, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_as(
        "select d.id as device_id, d.driver as first_driver, d.ownership,
                case when d.retired_at is null then 'active' when d.merged_into is null then 'retired' else 'merged' end as life,
                e.id, e.driver, e.digest, e.version, e.state, e.address, e.reported_at, e.fingerprints, e.meters,
                e.conditions, e.budget, e.partial
         from unnest($2::uuid[]) as u (id)
         cross join lateral (select * from devices where tenant_id = $1 and id = u.id limit 1) d
         cross join lateral (select * from enrollments where tenant_id = $1 and device_id = u.id limit 64) e
         order by e.created_at, e.id",
    )
    .bind(account)
    .bind(ids)
    .fetch_all(scope.sql())
    .await?)
}

/// Stored rows of some tables.
pub(super) async fn tables(
    scope: &mut Scope,
    enrollments: &[EnrollmentId],
    attributes: &[String],
) -> Result<Vec<(EnrollmentId, String, Vec<facts::TableRow>)>, StoreError> {
    if enrollments.is_empty() || attributes.is_empty() {
        return Ok(Vec::new());
    }
    let account = scope.account();
    let rows: Vec<(EnrollmentId, String, serde_json::Value)> = sqlx::query_as(
        "select enrollment_id, attribute, value from facts
         where tenant_id = $1 and enrollment_id = any($2) and attribute = any($3)",
    )
    .bind(account)
    .bind(enrollments)
    .bind(attributes)
    .fetch_all(scope.sql())
    .await?;
    let tables = rows.into_iter().filter_map(|(enrollment, attribute, value)| match serde_json::from_value(value) {
        Ok(facts::Value::Table { rows }) => Some((enrollment, attribute, rows)),
        _ => None,
    });
    Ok(tables.collect())
}

/// How many devices a site has.
pub(super) async fn count_devices(scope: &mut Scope, site: SiteId) -> Result<i64, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select count(*) from devices where tenant_id = $1 and site_id = $2")
        .bind(account)
        .bind(site)
        .fetch_one(scope.sql())
        .await?)
}
