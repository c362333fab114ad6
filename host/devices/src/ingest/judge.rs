//! A report before its device is known: is it this collector's to make, and does it keep to its driver's
//! manifest?

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bailiwick_contract::{
    check::Checked,
    exchange::{Effect, Ownership},
    manifest::Manifest,
    policy::{Grant, Permitted, Policy},
    report::{Rejected, Report, check_report},
    value::{Identity, Instant},
};
use jiff::Timestamp;

use super::clock::Correction;
use crate::{
    drivers::{Catalogue, Installed},
    sites::Site,
};

/// What an account grants a driver.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) grant: Grant,
    /// SHA-256 of the component that works there.
    pub(super) digest: String,
    /// Other versions from which reports are taken: what they ask and keep was consented to as well. A collector hands in
    /// what it spooled before it heard of another version.
    pub(super) covered: HashSet<String>,
}

/// What reports of one batch are judged by.
pub(super) struct Court<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) site: &'a Site,
    pub(super) grants: &'a HashMap<String, Held>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
    pub(super) clock: Instant,
}

/// A report that may be applied, once its device is known.
pub(super) struct Judged<'a> {
    pub(super) report: &'a Report,
    pub(super) driver: Arc<Installed>,
    grant: &'a Grant,
    policy: &'a Policy,
    checked: Checked,
    pub(super) correction: Correction,
    pub(super) observed_at: Timestamp,
}

pub(super) fn rejected(sequence: u64, code: &str, detail: &str) -> Rejected {
    Rejected { sequence, code: code.to_owned(), detail: detail.to_owned() }
}

impl<'a> Court<'a> {
    /// # Errors
    /// [`Rejected`] with a stable code; the report is a dead letter.
    pub(super) fn judge(&self, report: &'a Report) -> Result<Judged<'a>, Rejected> {
        let no = |code, detail| rejected(report.sequence, code, detail);
        let driver = self
            .catalogue
            .by_digest(&report.digest)
            .ok_or_else(|| no("unknown_driver", "no driver of this digest is installed"))?;
        if driver.name() != report.driver {
            return Err(no("unknown_driver", "the digest is of another driver"));
        }
        let Held { grant, digest, covered } = self
            .grants
            .get(&report.driver)
            .ok_or_else(|| no("driver_not_granted", "the account does not grant this driver anything"))?;
        if report.digest != *digest && !covered.contains(&report.digest) {
            return Err(no("version_not_granted", "this version of the driver asks for more than the account granted"));
        }
        if !self.site.covers(report.address) {
            return Err(no("address_out_of_range", "the address lies outside the site's ranges"));
        }
        let correction = Correction::new(self.now, self.clock, report.clock_offset_ms);
        let unusable = |_| no("clock_unusable", "the time lies in the future or more than 90 days back");
        let observed_at = correction.time(report.observed_at).map_err(unusable)?;
        for effect in &report.effects {
            if let Effect::Readings(points) = effect {
                for point in points {
                    correction.time(point.at).map_err(unusable)?;
                }
            }
        }
        let permitted = Permitted::new(&driver.manifest, grant, self.policy, Ownership::Company);
        let checked = check_report(&driver.manifest, &permitted, report)?;
        Ok(Judged { report, driver, grant, policy: self.policy, checked, correction, observed_at })
    }
}

impl Judged<'_> {
    /// What it says, narrowed to what may be kept of a device of this ownership.
    ///
    /// # Errors
    /// [`Rejected`], as [`check_report`] says.
    pub(super) fn narrowed(&self, ownership: Ownership) -> Result<Checked, Rejected> {
        match ownership {
            Ownership::Company => Ok(self.checked.clone()),
            Ownership::Personal => {
                let permitted = Permitted::new(&self.driver.manifest, self.grant, self.policy, ownership);
                check_report(&self.driver.manifest, &permitted, self.report)
            }
        }
    }

    /// What it says that the device is, strongest kind first.
    pub(super) fn identities(&self) -> Vec<Identity> {
        let mut all: Vec<Identity> = self
            .checked
            .outcome()
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Identify(identities) => Some(identities.iter().cloned()),
                _ => None,
            })
            .flatten()
            .collect();
        all.sort_by_key(|identity| rank(&self.driver.manifest, &identity.kind));
        all.dedup();
        all
    }

    /// Whether it names any condition: then alerts may be raised.
    pub(super) fn names_conditions(&self) -> bool {
        let effects = &self.checked.outcome().effects;
        effects.iter().any(|effect| matches!(effect, Effect::Conditions(conditions) if !conditions.is_empty()))
    }

    /// Whether the manifest permits that a device without an identity is known by its site and address.
    pub(super) fn address_suffices(&self) -> bool {
        self.driver.manifest.address_suffices()
    }
}

/// 0 for the strongest kind.
pub(super) fn rank(manifest: &Manifest, kind: &str) -> usize {
    manifest.identities.iter().position(|identity| identity.kind == kind).unwrap_or(usize::MAX)
}
