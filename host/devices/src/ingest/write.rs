//! The SQL that writes a plan: one statement a table, whatever the size of the batch.
//!
//! Rows that exist are changed by `insert … on conflict do update`, not by `update … from unnest(…)`: the planner
//! cannot know how much a policy lets through and takes it for one row, so it joins by a scan of the account for
//! every row of the batch (measured: 370 ms for 100 devices of 5,000). A conflict finds each row by its key,
//! whatever the planner believes.

use std::collections::{BTreeMap, HashMap};

use bailiwick_contract::value::Identity;
use bailiwick_store::{At, DeviceId, EnrollmentId, Scope, StoreError};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    budget,
    edges::{Edge, FLAP, Key},
    plan::{Counted, FactChange, Plan, Reading, Sighting, Source},
    world::{Device, Enrollment, Life, Origin, condition_text},
};
use crate::{AlertId, alerts::store::severity_name, devices::store::ownership_name, headline::Headlines};

/// Another changed an enrollment since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    All,
    Conflict,
}

/// Writes everything that the plan changes.
pub(super) async fn plan(
    scope: &mut Scope,
    source: &Source,
    plan: Plan,
    now: Timestamp,
) -> Result<(Written, u32), StoreError> {
    let edges = plan.edges.into_ordered();
    let alerts = u32::try_from(edges.len()).unwrap_or(u32::MAX);
    let touched: Vec<(&Device, &Enrollment)> = plan
        .touched
        .iter()
        .filter_map(|(device, id)| {
            let device = plan.world.devices.get(device)?;
            Some((device, device.enrollments.iter().find(|e| e.id == *id)?))
        })
        .collect();
    let fresh_devices: Vec<(&Device, Timestamp)> = plan
        .world
        .devices
        .values()
        .filter(|device| device.origin == Origin::Fresh)
        .map(|device| (device, plan.first_seen.get(&device.id).copied().unwrap_or(now)))
        .collect();
    insert_devices(scope, source, &fresh_devices).await?;
    let (fresh, stored): (Vec<_>, Vec<_>) = touched.into_iter().partition(|(_, e)| e.origin == Origin::Fresh);
    insert_enrollments(scope, source, &fresh, now).await?;
    if update_enrollments(scope, source, &stored, now).await? == Written::Conflict {
        return Ok((Written::Conflict, 0));
    }
    for (from, into) in &plan.merges {
        merge(scope, *from, *into, now).await?;
    }
    insert_identities(scope, &plan.new_identities).await?;
    update_devices(scope, source, &plan.sightings, &plan.world.devices).await?;
    write_facts(scope, &plan.facts).await?;
    insert_readings(scope, &plan.readings).await?;
    write_alerts(scope, &edges).await?;
    budget::store::spend(scope, source.collector, &plan.budget.spent, now).await?;
    // last: every batch of the account waits for the one that holds the day's row
    add_usage(scope, &plan.usage).await?;
    Ok((Written::All, alerts))
}

async fn insert_devices(scope: &mut Scope, source: &Source, fresh: &[(&Device, Timestamp)]) -> Result<(), StoreError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let ids: Vec<DeviceId> = fresh.iter().map(|(device, _)| device.id).collect();
    let drivers: Vec<&str> = fresh.iter().map(|(device, _)| device.driver.as_str()).collect();
    let ownerships: Vec<&str> = fresh.iter().map(|(device, _)| ownership_name(device.ownership)).collect();
    let seen: Vec<At> = fresh.iter().map(|(_, at)| At(*at)).collect();
    sqlx::query(
        "insert into devices (tenant_id, lineage, id, site_id, driver, ownership, first_seen_at, last_seen_at, expected_by)
         select $1, $2, u.id, $3, u.driver, u.ownership, u.at, u.at, u.at
         from unnest($4::uuid[], $5::text[], $6::text[], $7::timestamptz[]) as u (id, driver, ownership, at)",
    )
    .bind(account)
    .bind(lineage)
    .bind(source.site)
    .bind(ids)
    .bind(drivers)
    .bind(ownerships)
    .bind(seen)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Enrollments as columns.
#[derive(Default)]
struct Columns {
    ids: Vec<EnrollmentId>,
    devices: Vec<DeviceId>,
    drivers: Vec<String>,
    digests: Vec<String>,
    versions: Vec<i64>,
    states: Vec<&'static str>,
    addresses: Vec<Option<String>>,
    reported: Vec<Option<At>>,
    fingerprints: Vec<Vec<u8>>,
    meters: Vec<Value>,
    conditions: Vec<String>,
    budgets: Vec<Value>,
    partial: Vec<String>,
}

impl Columns {
    fn of(rows: &[(&Device, &Enrollment)]) -> Self {
        let mut columns = Self::default();
        for (device, enrollment) in rows {
            columns.ids.push(enrollment.id);
            columns.devices.push(device.id);
            columns.drivers.push(enrollment.driver.clone());
            columns.digests.push(enrollment.digest.clone());
            columns.versions.push(enrollment.version);
            columns.states.push(if enrollment.life == Life::Active { "active" } else { "retired" });
            columns.addresses.push(enrollment.address.clone());
            columns.reported.push(enrollment.reported_at.map(At));
            columns.fingerprints.push(enrollment.fingerprints.write());
            columns.meters.push(enrollment.meters.write());
            // arrays of arrays must be rectangular, so each set travels as lines
            let lines: Vec<String> = enrollment.conditions.iter().map(condition_text).collect();
            columns.conditions.push(lines.join("\n"));
            columns.budgets.push(enrollment.budget.write());
            columns.partial.push(enrollment.partial.iter().map(|cut| cut.name()).collect::<Vec<_>>().join("\n"));
        }
        columns
    }
}

async fn insert_enrollments(
    scope: &mut Scope,
    source: &Source,
    rows: &[(&Device, &Enrollment)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let columns = Columns::of(rows);
    sqlx::query(
        "insert into enrollments (tenant_id, lineage, id, device_id, driver, digest, state, site_id, collector_id, address,
                                  created_at, reported_at, fingerprints, meters, conditions, budget, partial)
         select $1, $2, u.id, u.device_id, u.driver, u.digest, u.state, $3, $4, u.address, $5, u.reported_at,
                u.fingerprints, u.meters, string_to_array(u.conditions, e'\\n'), u.budget,
                string_to_array(u.partial, e'\\n')
         from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
                     $13::bytea[], $14::jsonb[], $15::text[], $16::jsonb[], $17::text[])
              as u (id, device_id, driver, digest, state, address, reported_at, fingerprints, meters, conditions, budget,
                    partial)",
    )
    .bind(account)
    .bind(lineage)
    .bind(source.site)
    .bind(source.collector)
    .bind(At(now))
    .bind(columns.ids)
    .bind(columns.devices)
    .bind(columns.drivers)
    .bind(columns.digests)
    .bind(columns.states)
    .bind(columns.addresses)
    .bind(columns.reported)
    .bind(columns.fingerprints)
    .bind(columns.meters)
    .bind(columns.conditions)
    .bind(columns.budgets)
    .bind(columns.partial)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// Compare and set: only the versions that were read.
async fn update_enrollments(
    scope: &mut Scope,
    source: &Source,
    rows: &[(&Device, &Enrollment)],
    now: Timestamp,
) -> Result<Written, StoreError> {
    if rows.is_empty() {
        return Ok(Written::All);
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let columns = Columns::of(rows);
    let done = sqlx::query(
        "insert into enrollments as e (tenant_id, lineage, id, device_id, driver, digest, version, state, site_id,
                                       collector_id, address, created_at, reported_at, fingerprints, meters, conditions,
                                       budget, partial)
         select $1, $2, u.id, u.device_id, u.driver, u.digest, u.version, u.state, $3, $4, u.address, $5, u.reported_at,
                u.fingerprints, u.meters, string_to_array(u.conditions, e'\\n'), u.budget,
                string_to_array(u.partial, e'\\n')
         from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[],
                     $13::timestamptz[], $14::bytea[], $15::jsonb[], $16::text[], $17::jsonb[], $18::text[])
              as u (id, device_id, driver, digest, version, state, address, reported_at, fingerprints, meters, conditions,
                    budget, partial)
         on conflict (tenant_id, id) do update
         set version = e.version + 1, digest = excluded.digest, state = excluded.state, site_id = excluded.site_id,
             collector_id = excluded.collector_id, address = excluded.address, reported_at = excluded.reported_at,
             fingerprints = excluded.fingerprints, meters = excluded.meters, conditions = excluded.conditions,
             budget = excluded.budget, partial = excluded.partial
         where e.version = excluded.version",
    )
    .bind(account)
    .bind(lineage)
    .bind(source.site)
    .bind(source.collector)
    .bind(At(now))
    .bind(columns.ids)
    .bind(columns.devices)
    .bind(columns.drivers)
    .bind(columns.digests)
    .bind(columns.versions)
    .bind(columns.states)
    .bind(columns.addresses)
    .bind(columns.reported)
    .bind(columns.fingerprints)
    .bind(columns.meters)
    .bind(columns.conditions)
    .bind(columns.budgets)
    .bind(columns.partial)
    .execute(scope.sql())
    .await?;
    let expected = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(if done.rows_affected() == expected { Written::All } else { Written::Conflict })
}

/// The history of the one that goes belongs to the one that stays.
async fn merge(scope: &mut Scope, from: DeviceId, into: DeviceId, now: Timestamp) -> Result<(), StoreError> {
    let account = scope.account();
    for statement in [
        "update device_identities set device_id = $3
         where tenant_id = $1 and device_id = $2 and $4::timestamptz is not null",
        "insert into readings (tenant_id, device_id, driver, meter, row_key, at, value, reset)
         select tenant_id, $3, driver, meter, row_key, at, value, reset from readings
         where tenant_id = $1 and device_id = $2 and $4::timestamptz is not null on conflict do nothing",
        "delete from readings
         where tenant_id = $1 and device_id = $2 and $3::uuid is not null and $4::timestamptz is not null",
        "insert into device_group_members (tenant_id, lineage, group_id, device_id, since)
         select tenant_id, lineage, group_id, $3, $4 from device_group_members
         where tenant_id = $1 and device_id = $2 on conflict do nothing",
        "delete from device_group_members
         where tenant_id = $1 and device_id = $2 and $3::uuid is not null and $4::timestamptz is not null",
        "update devices set retired_at = $4, merged_into = $3, alerts_open = 0 where tenant_id = $1 and id = $2",
    ] {
        sqlx::query(statement).bind(account).bind(from).bind(into).bind(At(now)).execute(scope.sql()).await?;
    }
    Ok(())
}

async fn insert_identities(scope: &mut Scope, new: &[(DeviceId, Identity, Timestamp)]) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let account = scope.account();
    let devices: Vec<DeviceId> = new.iter().map(|(device, _, _)| *device).collect();
    let kinds: Vec<&str> = new.iter().map(|(_, identity, _)| identity.kind.as_str()).collect();
    let values: Vec<&str> = new.iter().map(|(_, identity, _)| identity.value.as_str()).collect();
    let since: Vec<At> = new.iter().map(|(_, _, at)| At(*at)).collect();
    // one that another batch took in the meantime fails here, and the batch runs again
    sqlx::query(
        "insert into device_identities (tenant_id, kind, value, device_id, since)
         select $1, u.kind, u.value, u.device_id, u.since
         from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) as u (device_id, kind, value, since)",
    )
    .bind(account)
    .bind(devices)
    .bind(kinds)
    .bind(values)
    .bind(since)
    .execute(scope.sql())
    .await?;
    Ok(())
}

/// What a report changes of its device in any case.
const SEEN: &str = "
    last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at),
    expected_by = greatest(d.expected_by, excluded.expected_by),
    address = excluded.address, alerts_open = excluded.alerts_open,
    site_id = case when d.site_given and d.site_id is not null then d.site_id else excluded.site_id end";

/// What it changes where it is of the driver that the list shows.
const SHOWN: &str = ",
    reported_name = excluded.reported_name, manufacturer = excluded.manufacturer, model = excluded.model,
    serial = excluded.serial, state = excluded.state, level_1 = excluded.level_1, level_2 = excluded.level_2,
    count_1 = excluded.count_1, count_2 = excluded.count_2, text_1 = excluded.text_1, text_2 = excluded.text_2,
    low = excluded.low, headlines = excluded.headlines, shown_by = excluded.shown_by";

async fn update_devices(
    scope: &mut Scope,
    source: &Source,
    sightings: &HashMap<DeviceId, Sighting>,
    devices: &HashMap<DeviceId, Device>,
) -> Result<(), StoreError> {
    let mut rows: Vec<Seen<'_>> = sightings.iter().filter_map(|(id, s)| Some((devices.get(id)?, s))).collect();
    // in one order everywhere, so that two batches wait for each other rather than deadlock
    rows.sort_by_key(|(device, _)| device.id);
    let (shown, seen): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, sighting)| sighting.shown.is_some());
    upsert_devices(scope, source, &seen, "").await?;
    upsert_devices(scope, source, &shown, SHOWN).await
}

/// A device and how it was seen.
type Seen<'a> = (&'a Device, &'a Sighting);

async fn upsert_devices(
    scope: &mut Scope,
    source: &Source,
    rows: &[Seen<'_>],
    shown: &'static str,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let open = |device: &Device| {
        let holding: usize = device.enrollments.iter().map(|enrollment| enrollment.conditions.len()).sum();
        i32::try_from(holding).unwrap_or(i32::MAX)
    };
    let shown_by: Vec<Option<&str>> =
        rows.iter().map(|(_, sighting)| sighting.shown.as_ref().map(|(digest, _)| digest.as_str())).collect();
    let headlines: Vec<Option<&Headlines>> =
        rows.iter().map(|(_, sighting)| sighting.shown.as_ref().map(|(_, headlines)| headlines)).collect();
    let text = |field: fn(&Headlines) -> Option<&String>| -> Vec<Option<&String>> {
        headlines.iter().map(|h| h.and_then(field)).collect()
    };
    let number = |field: fn(&Headlines) -> Option<i64>| -> Vec<Option<i64>> {
        headlines.iter().map(|h| h.and_then(field)).collect()
    };
    let values: Vec<Value> = headlines.iter().map(|h| h.map_or_else(|| json!({}), |h| json!(h.values))).collect();
    let sql = format!(
        "insert into devices as d (tenant_id, lineage, id, site_id, driver, first_seen_at, last_seen_at, expected_by, address,
                                   alerts_open, reported_name, manufacturer, model, serial, state, level_1, level_2,
                                   count_1, count_2, text_1, text_2, low, headlines, shown_by)
         select $1, $2, u.id, $3, u.driver, u.seen, u.seen, u.expected, u.address, u.open, u.name, u.manufacturer, u.model,
                u.serial, u.state, u.level_1, u.level_2, u.count_1, u.count_2, u.text_1, u.text_2, u.low, u.headlines,
                u.shown_by
         from unnest($4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::int[], $10::text[],
                     $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[],
                     $18::bigint[], $19::text[], $20::text[], $21::bool[], $22::jsonb[], $23::text[])
              as u (id, driver, seen, expected, address, open, name, manufacturer, model, serial, state, level_1, level_2,
                    count_1, count_2, text_1, text_2, low, headlines, shown_by)
         on conflict (tenant_id, id) do update set {SEEN}{shown}"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(account)
        .bind(lineage)
        .bind(source.site)
        .bind(rows.iter().map(|(device, _)| device.id).collect::<Vec<_>>())
        .bind(rows.iter().map(|(device, _)| device.driver.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, sighting)| At(sighting.at)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, sighting)| At(sighting.expected_by)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, sighting)| sighting.address.to_string()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(device, _)| open(device)).collect::<Vec<_>>())
        .bind(text(|h| h.name.as_ref()))
        .bind(text(|h| h.manufacturer.as_ref()))
        .bind(text(|h| h.model.as_ref()))
        .bind(text(|h| h.serial.as_ref()))
        .bind(text(|h| h.state.as_ref()))
        .bind(number(|h| h.levels[0]))
        .bind(number(|h| h.levels[1]))
        .bind(number(|h| h.counts[0]))
        .bind(number(|h| h.counts[1]))
        .bind(text(|h| h.texts[0].as_ref()))
        .bind(text(|h| h.texts[1].as_ref()))
        .bind(headlines.iter().map(|h| h.is_some_and(|h| h.low)).collect::<Vec<_>>())
        .bind(values)
        .bind(shown_by)
        .execute(scope.sql())
        .await?;
    Ok(())
}

async fn write_facts(
    scope: &mut Scope,
    changes: &HashMap<(EnrollmentId, String), FactChange>,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let account = scope.account();
    let (mut set, mut end) = (Vec::new(), Vec::new());
    for ((enrollment, attribute), change) in changes {
        match change {
            FactChange::Set { json, at } => set.push((*enrollment, attribute, json, *at, None)),
            FactChange::SetAndEnd { json, since, at } => set.push((*enrollment, attribute, json, *since, Some(*at))),
            FactChange::End { at } => end.push((*enrollment, attribute, *at)),
        }
    }
    if !set.is_empty() {
        set.sort_by_key(|row| (row.0, row.1));
        sqlx::query(
            "insert into facts (tenant_id, enrollment_id, attribute, value, changed_at, ended_at)
             select $1, u.enrollment_id, u.attribute, u.value::jsonb, u.at, u.ended
             from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
                  as u (enrollment_id, attribute, value, at, ended)
             on conflict (tenant_id, enrollment_id, attribute)
             do update set value = excluded.value, ended_at = excluded.ended_at,
                 changed_at = case when facts.value = excluded.value then facts.changed_at else excluded.changed_at end",
        )
        .bind(account)
        .bind(set.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(set.iter().map(|row| row.1.as_str()).collect::<Vec<_>>())
        .bind(set.iter().map(|row| row.2.as_str()).collect::<Vec<_>>())
        .bind(set.iter().map(|row| At(row.3)).collect::<Vec<_>>())
        .bind(set.iter().map(|row| row.4.map(At)).collect::<Vec<Option<At>>>())
        .execute(scope.sql())
        .await?;
    }
    if !end.is_empty() {
        sqlx::query(
            "insert into facts (tenant_id, enrollment_id, attribute, value, changed_at, ended_at)
             select $1, u.enrollment_id, u.attribute, 'null', u.at, u.at
             from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as u (enrollment_id, attribute, at)
             on conflict (tenant_id, enrollment_id, attribute)
             do update set ended_at = excluded.ended_at where facts.ended_at is null",
        )
        .bind(account)
        .bind(end.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(end.iter().map(|row| row.1.as_str()).collect::<Vec<_>>())
        .bind(end.iter().map(|row| At(row.2)).collect::<Vec<_>>())
        .execute(scope.sql())
        .await?;
    }
    Ok(())
}

async fn insert_readings(scope: &mut Scope, readings: &[Reading]) -> Result<(), StoreError> {
    if readings.is_empty() {
        return Ok(());
    }
    let account = scope.account();
    sqlx::query(
        "insert into readings (tenant_id, device_id, driver, meter, row_key, at, value, reset)
         select $1, u.device_id, u.driver, u.meter, u.row_key, u.at, u.value, u.reset
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::float8[], $8::bool[])
              as u (device_id, driver, meter, row_key, at, value, reset)
         on conflict do nothing",
    )
    .bind(account)
    .bind(readings.iter().map(|r| r.device).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| r.driver.as_str()).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| r.meter.as_str()).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| r.row.as_str()).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| At(r.at)).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| r.value).collect::<Vec<_>>())
    .bind(readings.iter().map(|r| r.reset).collect::<Vec<_>>())
    .execute(scope.sql())
    .await?;
    Ok(())
}

async fn add_usage(scope: &mut Scope, usage: &BTreeMap<Counted, f64>) -> Result<(), StoreError> {
    if usage.is_empty() {
        return Ok(());
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into usage_days (tenant_id, lineage, driver, meter, day, amount)
         select $1, $2, u.driver, u.meter, u.day::date, u.amount
         from unnest($3::text[], $4::text[], $5::text[], $6::float8[]) as u (driver, meter, day, amount)
         on conflict (tenant_id, driver, meter, day) do update set amount = usage_days.amount + excluded.amount",
    )
    .bind(account)
    .bind(lineage)
    .bind(usage.keys().map(|(driver, _, _)| driver.as_str()).collect::<Vec<_>>())
    .bind(usage.keys().map(|(_, meter, _)| meter.as_str()).collect::<Vec<_>>())
    .bind(usage.keys().map(|(_, _, day)| day.to_string()).collect::<Vec<_>>())
    .bind(usage.values().copied().collect::<Vec<_>>())
    .execute(scope.sql())
    .await?;
    Ok(())
}

async fn write_alerts(scope: &mut Scope, edges: &[(Key, Edge)]) -> Result<(), StoreError> {
    let account = scope.account();
    let clears: Vec<_> = edges
        .iter()
        .filter_map(|(key, edge)| match edge {
            Edge::Clear { at } => Some((key, *at)),
            Edge::Raise { .. } => None,
        })
        .collect();
    if !clears.is_empty() {
        sqlx::query(
            // ordered as `alerts_enrollment` is: of the indexes that begin with the account, the planner takes them all
            // for equally good, and only the order makes it take this one
            "insert into alerts (tenant_id, lineage, id, device_id, enrollment_id, driver, condition, row_key, severity,
                                 raised_at, cleared_at)
             select p.tenant_id, p.lineage, p.id, p.device_id, p.enrollment_id, p.driver, p.condition, p.row_key,
                    p.severity, p.raised_at, u.at
             from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
                  as u (enrollment_id, condition, row_key, at)
             cross join lateral (
                 select * from alerts a
                 where a.tenant_id = $1 and a.enrollment_id = u.enrollment_id and a.condition = u.condition
                   and a.row_key = u.row_key and a.cleared_at is null
                 order by a.cleared_at desc limit 1) p
             on conflict (tenant_id, id) do update set cleared_at = excluded.cleared_at",
        )
        .bind(account)
        .bind(clears.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
        .bind(clears.iter().map(|(key, _)| key.1.key.as_str()).collect::<Vec<_>>())
        .bind(clears.iter().map(|(key, _)| row_key(key)).collect::<Vec<_>>())
        .bind(clears.iter().map(|(_, at)| At(*at)).collect::<Vec<_>>())
        .execute(scope.sql())
        .await?;
    }
    raise_alerts(scope, edges).await
}

fn row_key(key: &Key) -> &str {
    key.1.row.as_deref().unwrap_or_default()
}

/// Raises, or reopens what was cleared shortly before.
async fn raise_alerts(scope: &mut Scope, edges: &[(Key, Edge)]) -> Result<(), StoreError> {
    let raises: Vec<_> = edges
        .iter()
        .filter_map(|(key, edge)| match edge {
            Edge::Raise { about, at, cleared, flaps } => Some((key, about, *at, *cleared, *flaps)),
            Edge::Clear { .. } => None,
        })
        .collect();
    if raises.is_empty() {
        return Ok(());
    }
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "with raised as (
             select u.*, p.id as former, p.raised_at as first_at, p.flaps as former_flaps, p.row_name as former_name
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
                         $10::timestamptz[], $11::timestamptz[], $12::int[], $14::text[])
                  as u (id, device_id, enrollment_id, driver, condition, row_key, severity, at, cleared, flaps, row_name)
             left join lateral (
                 select a.id, a.raised_at, a.flaps, a.row_name from alerts a
                 where a.tenant_id = $1 and a.enrollment_id = u.enrollment_id and a.condition = u.condition
                   and a.row_key = u.row_key and a.cleared_at between u.at - make_interval(secs => $13) and u.at
                 order by a.cleared_at desc limit 1) p on true
         ), reopened as (
             insert into alerts (tenant_id, lineage, id, device_id, enrollment_id, driver, condition, row_key, severity,
                                 raised_at, cleared_at, flaps, row_name)
             select $1, $2, r.former, r.device_id, r.enrollment_id, r.driver, r.condition, r.row_key, r.severity,
                    r.first_at, r.cleared, r.former_flaps + 1 + r.flaps, coalesce(r.row_name, r.former_name)
             from raised r where r.former is not null
             on conflict (tenant_id, id) do update
             set cleared_at = excluded.cleared_at, flaps = excluded.flaps, row_name = excluded.row_name
         )
         insert into alerts (tenant_id, lineage, id, device_id, enrollment_id, driver, condition, row_key, severity,
                             raised_at, cleared_at, flaps, row_name)
         select $1, $2, r.id, r.device_id, r.enrollment_id, r.driver, r.condition, r.row_key, r.severity, r.at, r.cleared,
                r.flaps, r.row_name
         from raised r where r.former is null
         on conflict do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(raises.iter().map(|_| AlertId::new().get()).collect::<Vec<Uuid>>())
    .bind(raises.iter().map(|(_, about, ..)| about.device).collect::<Vec<_>>())
    .bind(raises.iter().map(|(key, ..)| key.0).collect::<Vec<_>>())
    .bind(raises.iter().map(|(_, about, ..)| about.driver.as_str()).collect::<Vec<_>>())
    .bind(raises.iter().map(|(key, ..)| key.1.key.as_str()).collect::<Vec<_>>())
    .bind(raises.iter().map(|(key, ..)| row_key(key)).collect::<Vec<_>>())
    .bind(raises.iter().map(|(_, about, ..)| severity_name(about.severity)).collect::<Vec<_>>())
    .bind(raises.iter().map(|(_, _, at, ..)| At(*at)).collect::<Vec<_>>())
    .bind(raises.iter().map(|(_, _, _, cleared, _)| cleared.map(At)).collect::<Vec<Option<At>>>())
    .bind(raises.iter().map(|(_, _, _, _, flaps)| *flaps).collect::<Vec<_>>())
    .bind(FLAP.as_secs_f64())
    .bind(raises.iter().map(|(_, about, ..)| about.row_name.as_deref()).collect::<Vec<_>>())
    .execute(scope.sql())
    .await?;
    Ok(())
}
