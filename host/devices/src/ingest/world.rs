//! What the database holds of the devices of a batch, as one value: the plan reads and changes it.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
};

use bailiwick_contract::{
    exchange::Ownership,
    value::{Condition, Identity},
};
use bailiwick_store::{DeviceId, EnrollmentId};
use jiff::Timestamp;

use super::{
    budget::{Cut, OfDevice},
    fingerprints::Fingerprints,
    meters::Meters,
};
use crate::facts::TableRow;

/// Whether a row is in the database already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was read.
    Stored,
    /// This batch makes it.
    Fresh,
}

/// Whether a device or enrollment still takes reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Active,
    /// An operator retired it.
    Retired,
    /// It turned out to be another.
    Merged,
}

/// A device.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) id: DeviceId,
    pub(super) origin: Origin,
    /// Of its first enrollment, which the list shows.
    pub(super) driver: String,
    pub(super) ownership: Ownership,
    pub(super) life: Life,
    pub(super) identities: Vec<Identity>,
    pub(super) enrollments: Vec<Enrollment>,
}

/// An enrollment.
#[derive(Debug, Clone)]
pub(super) struct Enrollment {
    pub(super) id: EnrollmentId,
    pub(super) origin: Origin,
    pub(super) driver: String,
    pub(super) digest: String,
    pub(super) version: i64,
    pub(super) life: Life,
    pub(super) address: Option<String>,
    pub(super) reported_at: Option<Timestamp>,
    pub(super) fingerprints: Fingerprints,
    pub(super) meters: Meters,
    pub(super) conditions: BTreeSet<Condition>,
    /// What the device used of its own limits.
    pub(super) budget: OfDevice,
    /// Which limits cut its latest report short.
    pub(super) partial: BTreeSet<Cut>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) devices: HashMap<DeviceId, Device>,
    /// Whose each identity is.
    pub(super) owners: HashMap<Identity, DeviceId>,
    /// Who was last seen at an address of the site.
    pub(super) at: HashMap<IpAddr, Vec<DeviceId>>,
    /// Stored rows of tables of which this batch has incomplete ones.
    pub(super) tables: HashMap<(EnrollmentId, String), Vec<TableRow>>,
}

impl World {
    pub(super) fn add(&mut self, device: Device) {
        for identity in &device.identities {
            self.owners.insert(identity.clone(), device.id);
        }
        self.devices.insert(device.id, device);
    }

    pub(super) fn enrollment(&mut self, device: DeviceId, id: EnrollmentId) -> Option<&mut Enrollment> {
        self.devices.get_mut(&device)?.enrollments.iter_mut().find(|enrollment| enrollment.id == id)
    }
}

/// A condition as the database keeps it: `key`, or `key/row`. Neither has a slash of its own.
pub(super) fn condition_text(condition: &Condition) -> String {
    match &condition.row {
        Some(row) => format!("{}/{row}", condition.key),
        None => condition.key.clone(),
    }
}

pub(super) fn condition(text: &str) -> Condition {
    match text.split_once('/') {
        Some((key, row)) => Condition { key: key.to_owned(), row: Some(row.to_owned()) },
        None => Condition { key: text.to_owned(), row: None },
    }
}
