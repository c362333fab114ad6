//! Which device a report is of: match, merge or refuse.
//!
//! * The strongest identity kind that both the report and a device have decides: equal, they are the same, also at
//!   another address, and with another weaker identity (a changed network card); different, they are not.
//! * Not both at once: where a device still reports from another address under another weaker identity, one of the two
//!   claims a serial number that is not its own. Nobody can tell which, so neither takes the other's record over: the
//!   newcomer is a device of its own, known by its weaker identities. Once one of them is silent for a day they are taken
//!   for one device, as after a change of the network card.
//! * Two known devices that one report names are one, where the second has no identity but those of the report
//!   (it was first seen when only its address was readable); else the report is refused.
//! * A device without an identity is known by site and address, where the manifest permits.

use bailiwick_contract::{manifest::Manifest, value::Identity};
use bailiwick_store::DeviceId;
use jiff::{SignedDuration, Timestamp};

use super::{
    judge::{Judged, rank},
    world::{Device, Life, World},
};

/// A device has at most this many identities: network cards come and go.
pub(super) const MOST: usize = 16;
/// How long a device that reported is taken to be where it was: it keeps its address from being taken for another's, and
/// its identity from a claimant elsewhere.
const STAYS: SignedDuration = SignedDuration::from_hours(24);

/// Whose a report is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of this device.
    Known(DeviceId),
    /// Of the first; the others turned out to be the same.
    Merged(DeviceId, Vec<DeviceId>),
    /// Of a device that was never seen.
    New,
}

/// Why it is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Its identities are of different devices.
    Conflict,
    /// It has none, and its address does not do.
    Missing,
}

impl Refused {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Conflict => "identity_conflict",
            Self::Missing => "identity_missing",
        }
    }

    pub(super) const fn detail(self) -> &'static str {
        match self {
            Self::Conflict => "its identities belong to different devices",
            Self::Missing => "it says nothing that tells the device from others",
        }
    }
}

pub(super) fn find(world: &World, judged: &Judged<'_>, reported: &[Identity]) -> Result<Whose, Refused> {
    let mut named: Vec<&Device> = Vec::new();
    for identity in reported {
        if let Some(device) = world.owners.get(identity).and_then(|id| world.devices.get(id))
            && !named.iter().any(|other| other.id == device.id)
            && !is_contested(device, judged, reported)
        {
            named.push(device);
        }
    }
    let Some((first, others)) = named.split_first() else {
        return by_address(world, judged, reported);
    };
    if contradicts(&judged.driver.manifest, first, reported) {
        return Err(Refused::Conflict);
    }
    if others.is_empty() {
        return Ok(Whose::Known(first.id));
    }
    let same = |other: &&Device| other.life == Life::Active && other.identities.iter().all(|i| reported.contains(i));
    if first.life == Life::Active && others.iter().all(same) {
        Ok(Whose::Merged(first.id, others.iter().map(|other| other.id).collect()))
    } else {
        Err(Refused::Conflict)
    }
}

/// Whether a device that has an identity of the report lives elsewhere under other weaker ones.
fn is_contested(device: &Device, judged: &Judged<'_>, reported: &[Identity]) -> bool {
    let manifest = &judged.driver.manifest;
    let shared = reported.iter().filter(|identity| device.identities.contains(identity));
    let Some(strongest) = shared.map(|identity| rank(manifest, &identity.kind)).min() else { return false };
    let differs = |kind: &str| {
        let mut held = device.identities.iter().filter(|identity| identity.kind == kind).peekable();
        let mut told = reported.iter().filter(|identity| identity.kind == kind).peekable();
        held.peek().is_some() && told.peek().is_some() && !told.any(|identity| device.identities.contains(identity))
    };
    let weaker = reported.iter().any(|i| rank(manifest, &i.kind) > strongest && differs(&i.kind));
    let here = judged.report.address.to_string();
    let elsewhere = device.enrollments.iter().all(|e| e.address.as_ref().is_some_and(|address| *address != here));
    let stays = last_reported(device).is_some_and(|at| judged.observed_at.duration_since(at) < STAYS);
    device.life == Life::Active && weaker && elsewhere && stays
}

/// Whether the strongest kind that both have differs.
fn contradicts(manifest: &Manifest, device: &Device, reported: &[Identity]) -> bool {
    let mut kinds: Vec<&str> = reported.iter().map(|identity| identity.kind.as_str()).collect();
    kinds.sort_by_key(|kind| rank(manifest, kind));
    kinds.dedup();
    for kind in kinds {
        let mut held = device.identities.iter().filter(|identity| identity.kind == kind).peekable();
        if held.peek().is_some() {
            return !held.any(|identity| reported.contains(identity));
        }
    }
    false
}

fn by_address(world: &World, judged: &Judged<'_>, reported: &[Identity]) -> Result<Whose, Refused> {
    let there = world.at.get(&judged.report.address).into_iter().flatten().filter_map(|id| world.devices.get(id));
    let driver = judged.driver.name();
    let there: Vec<&Device> = there.filter(|d| d.enrollments.iter().any(|e| e.driver == driver)).collect();
    let mut active = there.iter().filter(|device| device.life == Life::Active);
    if !reported.is_empty() {
        // one that had no identity until now, at the same address, is what now tells its identity
        let nameless = active.find(|device| device.identities.is_empty());
        return Ok(nameless.map_or(Whose::New, |device| Whose::Known(device.id)));
    }
    if !judged.address_suffices() {
        return Err(Refused::Missing);
    }
    let mut nameless = None;
    for device in active {
        if device.identities.is_empty() {
            nameless = Some(device.id);
        } else if last_reported(device).is_some_and(|at| judged.observed_at.duration_since(at) < STAYS) {
            // most likely that device, silent about itself this time: better no report than a ghost
            return Err(Refused::Missing);
        }
    }
    // one without a name that was retired here is known to be retired, as one with a name is
    let retired = there.iter().find(|device| device.life == Life::Retired && device.identities.is_empty());
    Ok(nameless.or(retired.map(|device| device.id)).map_or(Whose::New, Whose::Known))
}

fn last_reported(device: &Device) -> Option<Timestamp> {
    device.enrollments.iter().filter_map(|enrollment| enrollment.reported_at).max()
}
