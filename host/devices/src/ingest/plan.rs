//! Decides, without I/O, what a batch changes: the reports are folded one by one over the snapshot.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
};

use bailiwick_contract::{
    report::{Rejected, Report},
    value::Identity,
};
use bailiwick_store::{CollectorId, DeviceId, EnrollmentId};
use jiff::{SignedDuration, Timestamp};

use super::{
    budget::{self, Budget, Cut, OfDevice},
    edges::Edges,
    fingerprints::Fingerprints,
    identity::{self, Whose},
    judge::{Judged, rejected},
    meters::Meters,
    world::{Device, Enrollment, Life, Origin, World},
};
use crate::{SiteId, headline::Headlines};

/// Who reports, from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) collector: CollectorId,
    pub(super) site: SiteId,
    pub(super) poll_seconds: u32,
}

impl Source {
    /// When the next report is overdue: after three polls and a minute.
    fn expected_by(&self, seen: Timestamp) -> Timestamp {
        let patience = i64::from(self.poll_seconds).saturating_mul(3).saturating_add(60);
        seen.saturating_add(SignedDuration::from_secs(patience)).unwrap_or(seen)
    }
}

/// Why a device is not added yet: code and detail.
const TOO_MANY_NEW: (&str, &str) =
    ("too_many_new_devices", "the collector found more new devices than it may in an hour");

/// How many devices may be added, and why no more: code and detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) devices: usize,
    pub(super) full: (&'static str, &'static str),
}

impl Default for Room {
    fn default() -> Self {
        Self { devices: usize::MAX, full: ("", "") }
    }
}

/// A fact to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FactChange {
    /// It has this value since then.
    Set { json: String, at: Timestamp },
    /// The latest report no longer had it; this is when it last stood.
    End { at: Timestamp },
    /// Both within one batch.
    SetAndEnd { json: String, since: Timestamp, at: Timestamp },
}

/// A reading to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) device: DeviceId,
    pub(super) driver: String,
    pub(super) meter: String,
    pub(super) row: String,
    pub(super) at: Timestamp,
    pub(super) value: f64,
    pub(super) reset: bool,
}

/// A billed counter on a day: driver, meter and day (UTC).
pub(super) type Counted = (String, String, jiff::civil::Date);

/// What a device's row becomes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sighting {
    pub(super) at: Timestamp,
    pub(super) expected_by: Timestamp,
    pub(super) address: IpAddr,
    /// What lists show, by the component that reported it; absent where it is not of the device's first driver.
    pub(super) shown: Option<(String, Headlines)>,
}

/// Everything that a batch changes.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) world: World,
    pub(super) sightings: HashMap<DeviceId, Sighting>,
    pub(super) touched: BTreeSet<(DeviceId, EnrollmentId)>,
    pub(super) facts: HashMap<(EnrollmentId, String), FactChange>,
    pub(super) readings: Vec<Reading>,
    pub(super) new_identities: Vec<(DeviceId, Identity, Timestamp)>,
    /// (the one that goes, the one that stays)
    pub(super) merges: Vec<(DeviceId, DeviceId)>,
    pub(super) edges: Edges,
    /// What billed counters rose by, by driver, meter and day.
    pub(super) usage: BTreeMap<Counted, f64>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) applied: u32,
    /// Reports of devices that an operator retired.
    pub(super) ignored: u32,
    pub(super) dropped: u64,
    /// The earliest report of each device.
    pub(super) first_seen: HashMap<DeviceId, Timestamp>,
    pub(super) budget: Budget,
    added: usize,
    room: Room,
}

impl Plan {
    pub(super) fn new(world: World, room: Room, budget: Budget) -> Self {
        Self { world, room, budget, ..Self::default() }
    }

    /// Sets a report aside.
    pub(super) fn reject(&mut self, rejected: Rejected) {
        self.rejected.push(rejected);
    }

    /// Folds one report in. One that cannot be applied changes nothing and is set aside.
    pub(super) fn report(&mut self, source: &Source, judged: &Judged<'_>) {
        if let Err(rejected) = self.try_report(source, judged) {
            self.reject(rejected);
        }
    }

    fn try_report(&mut self, source: &Source, judged: &Judged<'_>) -> Result<(), Rejected> {
        let report = judged.report;
        let reported = judged.identities();
        let whose = identity::find(&self.world, judged, &reported)
            .map_err(|why| rejected(report.sequence, why.code(), why.detail()))?;
        let (device, others) = match whose {
            Whose::New => (None, Vec::new()),
            Whose::Known(id) => (Some(id), Vec::new()),
            Whose::Merged(id, others) => (Some(id), others),
        };
        let known = device.and_then(|id| self.world.devices.get(&id));
        let is_retired = |device: &Device| {
            let enrollment = device.enrollments.iter().find(|e| e.driver == report.driver);
            device.life == Life::Retired || enrollment.is_some_and(|e| e.life == Life::Retired)
        };
        if known.is_some_and(is_retired) {
            // it goes on being polled; nothing is wrong with that, and nothing is kept of it
            self.ignored = self.ignored.saturating_add(1);
            return Ok(());
        }
        let ownership = known.map(|device| device.ownership).unwrap_or_default();
        let checked = judged.narrowed(ownership)?;
        // the last that can fail: from here on everything applies
        if device.is_none() && self.added >= self.room.devices {
            let (code, detail) = self.room.full;
            return Err(rejected(report.sequence, code, detail));
        }
        if device.is_none() && self.budget.devices() == 0 {
            self.budget.cuts(Cut::Devices, 1);
            let (code, detail) = TOO_MANY_NEW;
            return Err(rejected(report.sequence, code, detail));
        }
        let device = device.unwrap_or_else(|| self.enlist(judged));
        for other in others {
            self.merge(other, device, judged.observed_at);
        }
        self.saw(device, judged.observed_at);
        self.learn(device, &reported, judged.observed_at);
        let enrollment = self.enroll(device, report);
        let (mut outcome, dropped) = checked.into_parts();
        if let Some(state) = self.world.enrollment(device, enrollment)
            && state.reported_at.is_none_or(|latest| judged.observed_at >= latest)
        {
            state.partial.clear();
        }
        let rows = budget::limit_rows(&mut outcome.effects);
        if rows > 0 {
            self.cut(device, enrollment, Cut::Rows, rows);
        }
        self.dropped = self.dropped.saturating_add(dropped.total());
        self.applied = self.applied.saturating_add(1);
        self.levels(source, judged, device, enrollment, &outcome);
        Ok(())
    }

    /// A device that was never seen.
    fn enlist(&mut self, judged: &Judged<'_>) -> DeviceId {
        let id = DeviceId::new();
        self.added += 1;
        self.budget.uses(Cut::Devices);
        self.world.add(Device {
            id,
            origin: Origin::Fresh,
            driver: judged.report.driver.clone(),
            ownership: bailiwick_contract::exchange::Ownership::default(),
            life: Life::Active,
            identities: Vec::new(),
            enrollments: Vec::new(),
        });
        self.world.at.entry(judged.report.address).or_default().push(id);
        id
    }

    fn saw(&mut self, device: DeviceId, at: Timestamp) {
        let first = self.first_seen.entry(device).or_insert(at);
        *first = at.min(*first);
    }

    /// Takes identities over that the device did not have.
    fn learn(&mut self, id: DeviceId, reported: &[Identity], at: Timestamp) {
        let Some(device) = self.world.devices.get_mut(&id) else { return };
        for identity in reported {
            // a personal device's identities are compared, not kept, where the policy says so: `reported` was
            // narrowed as for a company device, which is what may tell them apart
            if device.identities.contains(identity) || device.identities.len() >= identity::MOST {
                continue;
            }
            if device.ownership == bailiwick_contract::exchange::Ownership::Personal {
                continue;
            }
            // contested: it stays with who has it
            if self.world.owners.get(identity).is_some_and(|owner| *owner != id) {
                tracing::warn!(device = %id, kind = identity.kind, "two devices claim one identity");
                continue;
            }
            device.identities.push(identity.clone());
            self.world.owners.insert(identity.clone(), id);
            self.new_identities.push((id, identity.clone(), at));
        }
    }

    /// The device's enrollment with the report's driver; made where there is none.
    fn enroll(&mut self, device: DeviceId, report: &Report) -> EnrollmentId {
        let fresh = || Enrollment {
            id: EnrollmentId::new(),
            origin: Origin::Fresh,
            driver: report.driver.clone(),
            digest: report.digest.clone(),
            version: 1,
            life: Life::Active,
            address: None,
            reported_at: None,
            fingerprints: Fingerprints::default(),
            meters: Meters::default(),
            conditions: BTreeSet::new(),
            budget: OfDevice::default(),
            partial: BTreeSet::new(),
        };
        let Some(device) = self.world.devices.get_mut(&device) else { return fresh().id };
        match device.enrollments.iter().find(|e| e.driver == report.driver) {
            Some(enrollment) => enrollment.id,
            None => {
                let enrollment = fresh();
                let id = enrollment.id;
                device.enrollments.push(enrollment);
                id
            }
        }
    }

    /// Folds one device into another that turned out to be the same.
    fn merge(&mut self, from: DeviceId, into: DeviceId, at: Timestamp) {
        let Some(gone) = self.world.devices.get_mut(&from) else { return };
        gone.life = Life::Merged;
        let identities = std::mem::take(&mut gone.identities);
        let mut open = Vec::new();
        for enrollment in &mut gone.enrollments {
            enrollment.life = Life::Retired;
            open.extend(std::mem::take(&mut enrollment.conditions).into_iter().map(|c| (enrollment.id, c)));
            self.touched.insert((from, enrollment.id));
        }
        for key in open {
            self.edges.clear(key, at);
        }
        for identity in &identities {
            self.world.owners.insert(identity.clone(), into);
        }
        for (device, _, _) in self.new_identities.iter_mut().filter(|(device, _, _)| *device == from) {
            *device = into;
        }
        if let Some(device) = self.world.devices.get_mut(&into) {
            device.identities.extend(identities);
        }
        for reading in self.readings.iter_mut().filter(|reading| reading.device == from) {
            reading.device = into;
        }
        if let Some(first) = self.first_seen.get(&from).copied() {
            self.saw(into, first);
        }
        self.merges.push((from, into));
    }

    pub(super) fn sight(
        &mut self,
        source: &Source,
        device: DeviceId,
        at: Timestamp,
        address: IpAddr,
        shown: Option<(String, Headlines)>,
    ) {
        let expected_by = source.expected_by(at);
        match self.sightings.get_mut(&device) {
            Some(sighting) => {
                sighting.at = at;
                sighting.expected_by = expected_by;
                sighting.address = address;
                sighting.shown = shown.or(sighting.shown.take());
            }
            None => {
                self.sightings.insert(device, Sighting { at, expected_by, address, shown });
            }
        }
    }
}
