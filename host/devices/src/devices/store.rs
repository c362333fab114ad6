//! The SQL of devices as they are read and as operators change them; ingest writes the rest.

use std::collections::BTreeMap;

use bailiwick_contract::exchange::Ownership;
use bailiwick_store::{At, DeviceId, Scope, StoreError};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow, Postgres, QueryBuilder, Row, postgres::PgRow, types::Json};

use super::{Device, HeadlineValue, Headlines, Slots, list::select};
use crate::{Named, SiteId, headline::HeadlineValues};

/// A device's row; whether it is online follows from the time.
pub(super) struct DeviceRow {
    device: Device,
    expected_by: Timestamp,
}

impl DeviceRow {
    pub(super) fn at(self, now: Timestamp) -> Device {
        Device { online: self.expected_by >= now && self.device.retired_at.is_none(), ..self.device }
    }
}

pub(crate) fn ownership(text: &str) -> Ownership {
    if text == "personal" { Ownership::Personal } else { Ownership::Company }
}

pub(crate) const fn ownership_name(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Company => "company",
        Ownership::Personal => "personal",
    }
}

fn values(stored: HeadlineValues) -> BTreeMap<String, HeadlineValue> {
    stored.into_iter().filter_map(|(key, value)| Some((key, serde_json::from_value(value).ok()?))).collect()
}

impl FromRow<'_, PgRow> for DeviceRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<At, _>(column)?.0);
        let site: Option<SiteId> = row.try_get("site_id")?;
        let site_name: Option<String> = row.try_get("site_name")?;
        Ok(Self {
            device: Device {
                id: row.try_get("id")?,
                account: Named { id: row.try_get("tenant_id")?, name: row.try_get("account_name")? },
                site: site.zip(site_name).map(|(id, name)| Named { id, name }),
                driver: row.try_get("driver")?,
                name: row.try_get("name")?,
                given_name: row.try_get("given_name")?,
                manufacturer: row.try_get("manufacturer")?,
                model: row.try_get("model")?,
                serial: row.try_get("serial")?,
                address: row.try_get("address")?,
                state: row.try_get("state")?,
                online: false,
                ownership: ownership(row.try_get("ownership")?),
                first_seen_at: time("first_seen_at")?,
                last_seen_at: time("last_seen_at")?,
                retired_at: row.try_get::<Option<At>, _>("retired_at")?.map(|at| at.0),
                alerts_open: row.try_get("alerts_open")?,
                headlines: Headlines {
                    by: row.try_get("shown_by")?,
                    values: values(row.try_get::<Json<_>, _>("headlines")?.0),
                    slots: Slots {
                        levels: [row.try_get("level_1")?, row.try_get("level_2")?],
                        counts: [row.try_get("count_1")?, row.try_get("count_2")?],
                        texts: [row.try_get("text_1")?, row.try_get("text_2")?],
                    },
                },
            },
            expected_by: time("expected_by")?,
        })
    }
}

pub(super) async fn list(scope: &mut Scope, mut sql: QueryBuilder<Postgres>) -> Result<Vec<DeviceRow>, StoreError> {
    Ok(sql.build_query_as().fetch_all(scope.sql()).await?)
}

/// Also one that was retired, but none that was merged.
pub(super) async fn get(scope: &mut Scope, id: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
    let sql = format!("{} where d.id = $1 and d.merged_into is null", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(scope.sql()).await?)
}

/// Keeps a device from being changed by another until the scope ends; otherwise as [`get`].
pub(super) async fn lock(scope: &mut Scope, id: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
    let sql = format!("{} where d.id = $1 and d.merged_into is null for update of d", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(scope.sql()).await?)
}

/// Whether the bound account has this site.
pub(super) async fn has_site(scope: &mut Scope, site: SiteId) -> Result<bool, StoreError> {
    let account = scope.account();
    Ok(sqlx::query_scalar("select exists (select from sites where tenant_id = $1 and id = $2 and deleted_at is null)")
        .bind(account)
        .bind(site)
        .fetch_one(scope.sql())
        .await?)
}

/// `given`: whether an operator said where it is, where that changes.
pub(super) async fn update(scope: &mut Scope, device: &Device, given: Option<bool>) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query(
        "update devices set given_name = $3, site_id = $4, ownership = $5, site_given = coalesce($6, site_given)
         where tenant_id = $1 and id = $2",
    )
    .bind(account)
    .bind(device.id)
    .bind(&device.given_name)
    .bind(device.site.as_ref().map(|site| site.id))
    .bind(ownership_name(device.ownership))
    .bind(given)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Enrollments change their version, so that a report that is being applied is judged anew.
pub(super) async fn advance(scope: &mut Scope, id: DeviceId) -> Result<(), StoreError> {
    let account = scope.account();
    sqlx::query("update enrollments set version = version + 1 where tenant_id = $1 and device_id = $2")
        .bind(account)
        .bind(id)
        .execute(scope.sql())
        .await?;
    Ok(())
}

pub(super) async fn retire(scope: &mut Scope, id: DeviceId, now: Timestamp) -> Result<(), StoreError> {
    let account = scope.account();
    for statement in [
        "update alerts set cleared_at = $3 where tenant_id = $1 and device_id = $2 and cleared_at is null",
        "update enrollments set state = 'retired', version = version + 1, conditions = '{}'
         where tenant_id = $1 and device_id = $2 and $3::timestamptz is not null",
        "update devices set retired_at = $3, alerts_open = 0 where tenant_id = $1 and id = $2",
    ] {
        sqlx::query(statement).bind(account).bind(id).bind(At(now)).execute(scope.sql()).await?;
    }
    Ok(())
}

/// What is reported of it counts again; conditions that still hold are raised by the next report.
pub(super) async fn restore(scope: &mut Scope, id: DeviceId) -> Result<(), StoreError> {
    let account = scope.account();
    for statement in [
        "update enrollments set state = 'active', version = version + 1 where tenant_id = $1 and device_id = $2",
        "update devices set retired_at = null where tenant_id = $1 and id = $2",
    ] {
        sqlx::query(statement).bind(account).bind(id).execute(scope.sql()).await?;
    }
    Ok(())
}
