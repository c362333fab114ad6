//! Applies a batch: read, decide, write, commit; again where another was faster.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    net::IpAddr,
    time::Duration,
};

use bailiwick_contract::{
    exchange::Effect,
    report::{Acknowledgement, Batch, Rejected, Report},
    value::{Identity, Instant},
};
use bailiwick_store::{Actor, DeviceId, Metered, Scope, Store, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Applied, IngestError,
    budget::{self, Budget, hour_of},
    judge::{Court, Held, Judged, rejected},
    plan::{Plan, Room, Source},
    store,
    world::World,
    write::{self, Written},
};
use crate::{
    collectors::Authenticated,
    drivers::{self, Catalogue, DriverError, Granted},
    sites,
};

/// How often a batch is tried before others are let go first.
const TRIES: u32 = 8;
/// How often it asks for the collector's turn, which another process has: for some two seconds.
const TURNS: u32 = 28;
/// A spool is made when a collector is installed, or when its own was damaged.
const MOST_SPOOLS: i64 = 64;
/// A site of more devices than this is a collector that makes them up.
const MOST_DEVICES: i64 = 50_000;

/// Why a device is not made: code and detail.
const SITE_IS_FULL: (&str, &str) = ("too_many_devices", "the site has more devices than a site can have");
const QUOTA_IS_USED_UP: (&str, &str) = ("quota_exceeded", "the account may not have another device");

/// A batch as it came: of a report of a shape that is not known here (its collector may be newer than this server) the
/// sequence alone.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The spool.
    pub spool: Uuid,
    /// The collector's clock.
    pub clock: Instant,
    /// At most [`Batch::MAX`], read or not, in rising sequence.
    pub reports: Vec<Result<Report, u64>>,
}

impl From<Batch> for Incoming {
    fn from(batch: Batch) -> Self {
        Self { spool: batch.spool, clock: batch.clock, reports: batch.reports.into_iter().map(Ok).collect() }
    }
}

fn sequence(report: &Result<Report, u64>) -> u64 {
    match report {
        Ok(report) => report.sequence,
        Err(sequence) => *sequence,
    }
}

/// Applies the reports of a batch that were not applied before, and acknowledges all of them; one that could not be read
/// is set aside and stops nothing behind it. When this returns, what it acknowledges is committed.
///
/// # Errors
/// [`IngestError`]: the whole batch is refused and nothing of it was applied.
#[tracing::instrument(skip_all, fields(collector = %who.collector, reports = batch.reports.len()))]
pub async fn apply(
    store: &Store,
    catalogue: &Catalogue,
    who: &Authenticated,
    batch: Incoming,
) -> Result<Applied, IngestError> {
    check_shape(&batch)?;
    if batch.reports.iter().flatten().any(|report| catalogue.by_digest(&report.digest).is_none()) {
        // another process may have installed it; one unknown digest costs one small query
        catalogue.reload(store).await?;
    }
    match try_to_apply(store, catalogue, who, &batch).await {
        Err(IngestError::Store(error)) if !batch.reports.is_empty() && is_of_the_data(&error) => {
            tracing::warn!(error = code(&error), "a report cannot be stored; they are applied one by one");
            one_by_one(store, catalogue, who, &batch).await
        }
        done => done,
    }
}

/// Each report in a transaction of its own; one that the database does not take is set aside.
async fn one_by_one(
    store: &Store,
    catalogue: &Catalogue,
    who: &Authenticated,
    batch: &Incoming,
) -> Result<Applied, IngestError> {
    let mut all = nothing(0, store.now());
    for report in &batch.reports {
        let alone = Incoming { spool: batch.spool, clock: batch.clock, reports: vec![report.clone()] };
        let sequence = sequence(report);
        let applied = match try_to_apply(store, catalogue, who, &alone).await {
            Err(IngestError::Store(error)) if is_of_the_data(&error) => {
                tracing::warn!(error = code(&error), sequence, "a report cannot be stored");
                let why = "the database does not take what it says";
                set_aside(store, who, batch.spool, rejected(sequence, "not_storable", why)).await?
            }
            done => done?,
        };
        all.add(applied);
    }
    Ok(all)
}

fn nothing(through: u64, now: Timestamp) -> Applied {
    let acknowledgement = Acknowledgement { acknowledged_through: through, rejected: Vec::new(), now: millis(now) };
    Applied {
        acknowledgement,
        applied: 0,
        repeated: 0,
        ignored: 0,
        dropped: 0,
        devices: 0,
        alerts: 0,
        cut: BTreeMap::new(),
        redone: 0,
    }
}

/// Makes one report a dead letter.
async fn set_aside(store: &Store, who: &Authenticated, spool: Uuid, letter: Rejected) -> Result<Applied, IngestError> {
    let sequence = letter.sequence;
    let now = store.now();
    let mut scope = store.scope(&Actor::Collector(who.collector), who.account).await?;
    let through = lock_spool(&mut scope, who, spool, now).await?;
    let mut applied = nothing(through.max(sequence), now);
    if sequence > through {
        let letters = vec![letter];
        store::set_aside(&mut scope, who.collector, spool, &letters, now).await?;
        let mark = i64::try_from(sequence).unwrap_or(i64::MAX);
        store::advance_spool(&mut scope, who.collector, spool, mark, now).await?;
        scope.commit().await?;
        applied.acknowledgement.rejected = letters;
    } else {
        applied.repeated = 1;
    }
    Ok(applied)
}

/// Takes the collector's turn, and gives how far the spool is committed.
async fn lock_spool(scope: &mut Scope, who: &Authenticated, spool: Uuid, now: Timestamp) -> Result<u64, IngestError> {
    if !store::take_turn(scope, who.collector).await? {
        return Err(IngestError::OneAtATime);
    }
    store::lock_spool(scope, who.collector, spool, MOST_SPOOLS, now)
        .await?
        .and_then(|through| u64::try_from(through).ok())
        .ok_or(IngestError::TooManySpools)
}

/// Again where another was faster, or while another process applies a batch of the same collector. No connection is held
/// between two attempts.
async fn try_to_apply(
    store: &Store,
    catalogue: &Catalogue,
    who: &Authenticated,
    batch: &Incoming,
) -> Result<Applied, IngestError> {
    let spread = u64::from(who.collector.get().as_fields().0 % 7);
    let (mut redone, mut turns) = (0, 0);
    loop {
        let contended = match attempt_once(store, catalogue, who, batch).await {
            Ok(Some(applied)) => return Ok(Applied { redone, ..applied }),
            Err(IngestError::OneAtATime) => {
                turns += 1;
                if turns == TURNS {
                    return Err(IngestError::OneAtATime);
                }
                tokio::time::sleep(Duration::from_millis(u64::from(turns * 5) + spread)).await;
                continue;
            }
            Ok(None) => "another batch was faster",
            Err(IngestError::Store(error)) if is_contention(&error) => "contention",
            Err(error) => return Err(error),
        };
        redone += 1;
        tracing::debug!(redone, contended);
        if redone == TRIES {
            return Err(IngestError::Busy);
        }
        tokio::time::sleep(Duration::from_millis(u64::from(redone * redone) * 5 + spread)).await;
    }
}

fn check_shape(batch: &Incoming) -> Result<(), IngestError> {
    if batch.reports.len() > Batch::MAX {
        return Err(IngestError::TooLarge);
    }
    let mut last = 0;
    for sequence in batch.reports.iter().map(sequence) {
        if sequence <= last || i64::try_from(sequence).is_err() {
            return Err(IngestError::Sequence);
        }
        last = sequence;
    }
    Ok(())
}

/// The SQLSTATE of a statement that failed.
fn code(error: &StoreError) -> &str {
    match error {
        StoreError::Database(sqlx::Error::Database(error)) => {
            error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().map_or("", |error| error.code())
        }
        _ => "",
    }
}

/// Whether the database refuses the data themselves, now and whenever they are sent again: class 22 (data exception)
/// and 23 (integrity constraint). A reading without a partition is told as a check without a name: that is no fault
/// of the report, and the job that adds partitions mends it.
fn is_of_the_data(error: &StoreError) -> bool {
    let StoreError::Database(sqlx::Error::Database(database)) = error else { return false };
    match code(error) {
        "23514" => database.constraint().is_some(),
        code => code.starts_with("22") || code.starts_with("23"),
    }
}

/// Whether another transaction got in the way: a unique key, a serialization failure or a deadlock, or a move of the
/// account.
fn is_contention(error: &StoreError) -> bool {
    if matches!(error, StoreError::Moved) {
        return true;
    }
    let (StoreError::Database(sqlx::Error::Database(error)) | StoreError::Busy(sqlx::Error::Database(error))) = error
    else {
        return false;
    };
    matches!(error.code().as_deref(), Some("23505" | "40001" | "40P01"))
}

async fn attempt_once(
    store: &Store,
    catalogue: &Catalogue,
    who: &Authenticated,
    batch: &Incoming,
) -> Result<Option<Applied>, IngestError> {
    let now = store.now();
    let mut scope = store.scope(&Actor::Collector(who.collector), who.account).await?;
    // what is read and written from here on is of one place: a move of the account comes before all of it or after
    scope.hold().await?;
    let through = lock_spool(&mut scope, who, batch.spool, now).await?;
    let new: Vec<&Result<Report, u64>> = batch.reports.iter().filter(|report| sequence(report) > through).collect();
    let last = batch.reports.last().map_or(0, sequence).max(through);
    let repeated = u32::try_from(batch.reports.len() - new.len()).unwrap_or(u32::MAX);

    let site = sites::get(&mut scope, who.site).await?;
    let grants = grants(&mut scope, catalogue, &new).await?;
    let policy = drivers::policy(&mut scope).await?;
    let court = Court { catalogue, site: &site, grants: &grants, policy: &policy, now, clock: batch.clock };
    let mut verdicts = Vec::with_capacity(new.len());
    for report in new {
        verdicts.push(match report {
            Ok(report) => court.judge(report),
            Err(sequence) => Err(rejected(*sequence, "unreadable", "its shape is not known here")),
        });
    }
    let good: Vec<&Judged<'_>> = verdicts.iter().filter_map(|verdict| verdict.as_ref().ok()).collect();

    let source = Source { collector: who.collector, site: who.site, poll_seconds: site.poll_seconds };
    let world = snapshot(&mut scope, &source, &good).await?;
    let room = room(store, &mut scope, &source, &world, &good).await?;
    let alerts_matter = good.iter().any(|judged| judged.names_conditions());
    let used = budget::store::used(&mut scope, who.collector, hour_of(now), alerts_matter).await?;
    let mut plan = Plan::new(world, room, Budget::new(used, now));
    for verdict in &verdicts {
        match verdict {
            Err(rejected) => plan.reject(rejected.clone()),
            Ok(judged) => plan.report(&source, judged),
        }
    }
    let rejected = std::mem::take(&mut plan.rejected);
    let (applied, ignored, dropped) = (plan.applied, plan.ignored, plan.dropped);
    let cut = plan.budget.spent.cut.clone();
    let devices = u32::try_from(plan.sightings.len()).unwrap_or(u32::MAX);
    let (written, alerts) = write::plan(&mut scope, &source, plan, now).await?;
    if written == Written::Conflict {
        scope.rollback().await?;
        return Ok(None);
    }
    store::set_aside(&mut scope, who.collector, batch.spool, &rejected, now).await?;
    let mark = i64::try_from(last).unwrap_or(i64::MAX);
    store::advance_spool(&mut scope, who.collector, batch.spool, mark, now).await?;
    crate::collectors::touch(&mut scope, who.collector, now).await.map_err(of_collector)?;
    scope.commit().await?;
    let acknowledgement = Acknowledgement { acknowledged_through: last, rejected, now: millis(now) };
    Ok(Some(Applied { acknowledgement, applied, repeated, ignored, dropped, devices, alerts, cut, redone: 0 }))
}

/// What the account grants, with the versions in these reports to which its consent extends.
async fn grants(
    scope: &mut Scope,
    catalogue: &Catalogue,
    reports: &[&Result<Report, u64>],
) -> Result<HashMap<String, Held>, DriverError> {
    let mut all = HashMap::new();
    for Granted { driver, digest, grant, .. } in drivers::grants(scope).await? {
        let others: HashSet<&str> = reports
            .iter()
            .filter_map(|report| report.as_ref().ok())
            .filter(|report| report.driver == driver && report.digest != digest)
            .map(|report| report.digest.as_str())
            .collect();
        let mut covered = HashSet::new();
        if !others.is_empty()
            && let Some(consented) = drivers::consented(scope, &driver).await?
        {
            let is_covered = |digest: &&str| {
                catalogue.by_digest(digest).is_some_and(|version| version.demands().beyond(&consented).is_empty())
            };
            covered.extend(others.into_iter().filter(is_covered).map(str::to_owned));
        }
        all.insert(driver, Held { grant, digest, covered });
    }
    Ok(all)
}

fn of_collector(error: crate::collectors::CollectorError) -> IngestError {
    match error {
        crate::collectors::CollectorError::Store(error) => IngestError::Store(error),
        other => IngestError::Store(StoreError::Database(sqlx::Error::Io(std::io::Error::other(other)))),
    }
}

fn millis(now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond()).unwrap_or_default()
}

/// Reads what the database holds of the devices that the reports may be of.
async fn snapshot(scope: &mut Scope, source: &Source, reports: &[&Judged<'_>]) -> Result<World, StoreError> {
    let mut wanted: HashSet<Identity> = HashSet::new();
    for judged in reports {
        wanted.extend(judged.identities());
    }
    let wanted: Vec<Identity> = wanted.into_iter().collect();
    let mut ids: BTreeSet<DeviceId> = store::by_identity(scope, &wanted).await?.into_iter().collect();
    let addresses: HashSet<IpAddr> = if ids.len() < reports.len() {
        reports.iter().map(|judged| judged.report.address).collect()
    } else {
        HashSet::new()
    };
    let addresses: Vec<IpAddr> = addresses.into_iter().collect();
    let mut world = World::default();
    for (device, address) in store::by_address(scope, source.site, &addresses).await? {
        if let Ok(address) = address.parse() {
            world.at.entry(address).or_default().push(device);
            ids.insert(device);
        }
    }
    if ids.is_empty() {
        return Ok(world);
    }
    let ids: Vec<DeviceId> = ids.into_iter().collect();
    let mut devices: HashMap<DeviceId, super::world::Device> = HashMap::new();
    for row in store::devices(scope, &ids).await? {
        devices.entry(row.device.id).or_insert(row.device).enrollments.push(row.enrollment);
    }
    for (device, identity) in store::identities(scope, &ids).await? {
        if let Some(device) = devices.get_mut(&device) {
            device.identities.push(identity);
        }
    }
    let incomplete: HashSet<String> = reports.iter().flat_map(|judged| incomplete_tables(judged.report)).collect();
    if !incomplete.is_empty() {
        let enrollments: Vec<_> = devices.values().flat_map(|device| device.enrollments.iter().map(|e| e.id)).collect();
        let attributes: Vec<String> = incomplete.into_iter().collect();
        for (enrollment, attribute, rows) in store::tables(scope, &enrollments, &attributes).await? {
            world.tables.insert((enrollment, attribute), rows);
        }
    }
    for device in devices.into_values() {
        world.add(device);
    }
    Ok(world)
}

fn incomplete_tables(report: &Report) -> impl Iterator<Item = String> + '_ {
    report.effects.iter().filter_map(|effect| match effect {
        Effect::Table(table) if !table.complete => Some(table.attribute.clone()),
        _ => None,
    })
}

/// How many devices this batch may add, and why no more. Counted only where it could add any.
async fn room(
    store: &Store,
    scope: &mut Scope,
    source: &Source,
    world: &World,
    reports: &[&Judged<'_>],
) -> Result<Room, StoreError> {
    let may_be_new = |judged: &&&Judged<'_>| {
        let identities = judged.identities();
        identities.is_empty() || !identities.iter().all(|identity| world.owners.contains_key(identity))
    };
    if !reports.iter().any(|judged| may_be_new(&judged)) {
        return Ok(Room { devices: 0, full: SITE_IS_FULL });
    }
    let count = store::count_devices(scope, source.site).await?;
    let site = usize::try_from(MOST_DEVICES.saturating_sub(count)).unwrap_or_default();
    Ok(match store.room(scope, Metered::Devices, &[]).await? {
        Some((quota, _)) if usize::try_from(quota).is_ok_and(|quota| quota < site) => {
            Room { devices: usize::try_from(quota).unwrap_or_default(), full: QUOTA_IS_USED_UP }
        }
        _ => Room { devices: site, full: SITE_IS_FULL },
    })
}
