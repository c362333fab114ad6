//! Limits per device, collector and account, beside those of each value.
//!
//! A report that keeps to its manifest can still be too much: 75,000 readings, an alert for each of 8,000 rows, a
//! condition that comes and goes for ever, devices that nobody has. What lies beyond a limit is left out. It is counted
//! by kind and hour ([`Spent`]), the collector's list shows it, and the device's data are marked as partial ([`Cut`]).
//!
//! Hours and days are the server's, never the report's: old times do not open another hour's budget.

pub(super) mod store;

use std::collections::{BTreeMap, BTreeSet};

use bailiwick_contract::{exchange::Effect, value::Condition};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A switch with 48 ports has fewer than 1,000 values.
const READINGS_PER_REPORT: usize = 2_048;
/// 35 readings in every poll of 60 seconds, or 170 in every poll of five minutes.
const READINGS_PER_DEVICE_AND_DAY: u32 = 50_000;
/// 5,000 devices with 17 readings in every poll of five minutes: some 2.5 GB a day.
const READINGS_PER_COLLECTOR_AND_DAY: i64 = 25_000_000;
/// Rows of all tables of one report together; a manifest admits 2,000 of each.
const ROWS_PER_REPORT: usize = 4_096;
/// Alerts that one device raises in an hour: beyond it flaps, or makes them up.
const ALERTS_PER_DEVICE_AND_HOUR: u32 = 30;
/// Conditions of a device that hold at once. Nobody reads more.
const ALERTS_PER_DEVICE: usize = 128;
/// Alerts that all devices of an account raise in an hour: a power cut at a site of a thousand devices.
const ALERTS_PER_ACCOUNT_AND_HOUR: i64 = 2_000;
/// New devices of one collector in an hour. A larger site is found within a day.
const DEVICES_PER_COLLECTOR_AND_HOUR: i64 = 2_000;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Readings: of a report, a device and day, or a collector and day.
    Readings,
    /// Rows of tables of a report.
    Rows,
    /// Alerts: of a device and hour, of a device at once, or of an account and hour.
    Alerts,
    /// Meters of a device whose latest point is remembered.
    Meters,
    /// New devices of a collector and hour.
    Devices,
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Readings, Self::Rows, Self::Alerts, Self::Meters, Self::Devices];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Rows => "rows",
            Self::Alerts => "alerts",
            Self::Meters => "meters",
            Self::Devices => "devices",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cut| cut.name() == name)
    }

    /// Those of these names, as they are stored.
    pub(crate) fn all_named(names: Vec<String>) -> Vec<Self> {
        names.iter().filter_map(|name| Self::named(name)).collect()
    }
}

/// The hour of a time.
fn hour(now: Timestamp) -> i64 {
    now.as_second().div_euclid(3_600)
}

/// When that hour began.
pub(super) fn hour_of(now: Timestamp) -> Timestamp {
    Timestamp::from_second(hour(now).saturating_mul(3_600)).unwrap_or(now)
}

/// What a collector and its account used before this batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) devices_this_hour: i64,
    pub(super) readings_today: i64,
    pub(super) alerts_of_account_this_hour: i64,
}

/// What a batch uses, and what it leaves out.
#[derive(Debug, Default)]
pub(super) struct Spent {
    pub(super) used: BTreeMap<Cut, i64>,
    pub(super) cut: BTreeMap<Cut, i64>,
}

/// The limits while a batch is planned.
#[derive(Debug, Default)]
pub(super) struct Budget {
    before: Used,
    hour: i64,
    pub(super) spent: Spent,
}

/// What a device used of its own limits, kept with its enrollment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OfDevice {
    hour: i64,
    alerts: u32,
    day: i64,
    readings: u32,
}

impl OfDevice {
    /// What does not parse is as if nothing had been used.
    pub(super) fn read(stored: serde_json::Value) -> Self {
        serde_json::from_value(stored).unwrap_or_default()
    }

    pub(super) fn write(self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_else(|_| serde_json::Value::Object(serde_json::Map::new()))
    }
}

impl Budget {
    pub(super) fn new(before: Used, now: Timestamp) -> Self {
        Self { before, hour: hour(now), spent: Spent::default() }
    }

    /// How many devices may be added, after those that the batch adds already.
    pub(super) fn devices(&self) -> usize {
        let left = DEVICES_PER_COLLECTOR_AND_HOUR - self.before.devices_this_hour - self.used(Cut::Devices);
        usize::try_from(left).unwrap_or_default()
    }

    fn used(&self, what: Cut) -> i64 {
        self.spent.used.get(&what).copied().unwrap_or_default()
    }

    pub(super) fn uses(&mut self, what: Cut) {
        *self.spent.used.entry(what).or_default() += 1;
    }

    pub(super) fn cuts(&mut self, what: Cut, how_many: usize) {
        if how_many == 0 {
            return;
        }
        *self.spent.cut.entry(what).or_default() += i64::try_from(how_many).unwrap_or(i64::MAX);
    }

    /// Whether another reading may be kept.
    pub(super) fn take_reading(&mut self, of: &mut OfDevice, of_report: &mut usize) -> bool {
        let day = self.hour.div_euclid(24);
        if of.day != day {
            (of.day, of.readings) = (day, 0);
        }
        let today = self.before.readings_today + self.used(Cut::Readings);
        let fits = *of_report < READINGS_PER_REPORT
            && of.readings < READINGS_PER_DEVICE_AND_DAY
            && today < READINGS_PER_COLLECTOR_AND_DAY;
        if fits {
            *of_report += 1;
            of.readings += 1;
            self.uses(Cut::Readings);
        } else {
            self.cuts(Cut::Readings, 1);
        }
        fits
    }

    /// Whether another alert may be raised.
    pub(super) fn take_alert(&mut self, of: &mut OfDevice) -> bool {
        if of.hour != self.hour {
            (of.hour, of.alerts) = (self.hour, 0);
        }
        let this_hour = self.before.alerts_of_account_this_hour + self.used(Cut::Alerts);
        let fits = of.alerts < ALERTS_PER_DEVICE_AND_HOUR && this_hour < ALERTS_PER_ACCOUNT_AND_HOUR;
        if fits {
            of.alerts += 1;
            self.uses(Cut::Alerts);
        } else {
            self.cuts(Cut::Alerts, 1);
        }
        fits
    }
}

/// Leaves out of a report's tables what is beyond the limit of rows. Gives how many rows that were.
pub(super) fn limit_rows(effects: &mut [Effect]) -> usize {
    let (mut left, mut cut) = (ROWS_PER_REPORT, 0);
    for effect in effects {
        let Effect::Table(table) = effect else { continue };
        let over = table.rows.len().saturating_sub(left);
        if over > 0 {
            table.rows.truncate(left);
            cut += over;
        }
        left = left.saturating_sub(table.rows.len());
    }
    cut
}

/// The conditions of a report that are considered: those that held before, and new ones as long as there is room; first
/// those that the manifest names first. Gives how many were left out.
pub(super) fn limit_conditions(
    reported: BTreeSet<Condition>,
    before: &BTreeSet<Condition>,
) -> (BTreeSet<Condition>, usize) {
    if reported.len() <= ALERTS_PER_DEVICE {
        return (reported, 0);
    }
    let all = reported.len();
    let (held, new): (BTreeSet<_>, BTreeSet<_>) = reported.into_iter().partition(|one| before.contains(one));
    let kept: BTreeSet<Condition> = held.into_iter().chain(new).take(ALERTS_PER_DEVICE).collect();
    let cut = all - kept.len();
    (kept, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3_600).unwrap()
    }

    #[test]
    fn a_device_raises_so_many_alerts_an_hour_whatever_times_it_tells() {
        let mut device = OfDevice::default();
        for hour in 0..3 {
            let mut budget = Budget::new(Used::default(), at(hour));
            let raised = (0..500).filter(|_| budget.take_alert(&mut device)).count();
            assert_eq!(raised, 30, "hour {hour}");
            assert_eq!((budget.spent.used[&Cut::Alerts], budget.spent.cut[&Cut::Alerts]), (30, 470));
        }
        assert_eq!(OfDevice::read(device.write()), device);
    }

    #[test]
    fn an_account_has_a_limit_of_its_own_over_all_devices() {
        let mut budget = Budget::new(Used { alerts_of_account_this_hour: 1_990, ..Used::default() }, at(0));
        let raised = (0..500).filter(|_| budget.take_alert(&mut OfDevice::default())).count();
        assert_eq!(raised, 10);
        let mut budget = Budget::new(Used { devices_this_hour: 1_999, ..Used::default() }, at(0));
        assert_eq!(budget.devices(), 1);
        budget.uses(Cut::Devices);
        assert_eq!(budget.devices(), 0);
    }

    #[test]
    fn a_report_a_device_and_a_collector_have_so_many_readings() {
        let (mut budget, mut device) = (Budget::new(Used::default(), at(0)), OfDevice::default());
        let of_report = |budget: &mut Budget, device: &mut OfDevice| {
            let mut of_report = 0;
            (0..75_000).filter(|_| budget.take_reading(device, &mut of_report)).count()
        };
        assert_eq!(of_report(&mut budget, &mut device), READINGS_PER_REPORT);
        let all: usize = (0..40).map(|_| of_report(&mut budget, &mut device)).sum::<usize>() + READINGS_PER_REPORT;
        assert_eq!(u32::try_from(all).unwrap(), READINGS_PER_DEVICE_AND_DAY);
        let full = Used { readings_today: READINGS_PER_COLLECTOR_AND_DAY, ..Used::default() };
        assert_eq!(of_report(&mut Budget::new(full, at(0)), &mut OfDevice::default()), 0);
        assert_eq!(of_report(&mut Budget::new(Used::default(), at(48)), &mut device), READINGS_PER_REPORT, "a new day");
    }

    #[test]
    fn what_held_before_is_not_pushed_out_by_what_is_new() {
        let condition = |n: u32| Condition { key: "low".into(), row: Some(format!("{n:05}")) };
        let before: BTreeSet<Condition> = (9_000..9_010).map(condition).collect();
        let reported: BTreeSet<Condition> = (0..8_000).chain(9_000..9_010).map(condition).collect();
        let (kept, cut) = limit_conditions(reported, &before);
        assert_eq!((kept.len(), cut), (128, 7_882));
        assert!(before.is_subset(&kept));
    }
}
