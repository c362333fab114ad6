//! What a report says of its device: facts, tables, readings and conditions, against what stood before.
//!
//! A report that is older than what is known (a spool that was away, another collector) adds its readings and
//! changes nothing else: its levels held then, not now.

use bailiwick_contract::{
    exchange::{Effect, Outcome},
    manifest::{Manifest, MeterKind, Severity},
    value::{Condition, Point, Table},
};
use bailiwick_store::{DeviceId, EnrollmentId};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    budget::{self, Cut},
    edges::About,
    fingerprints,
    judge::Judged,
    meters::Step,
    plan::{FactChange, Plan, Reading, Source},
    values,
    world::Enrollment,
};
use crate::headline::{self, Headlines};

const DAY_MS: i64 = 86_400_000;

/// The most that a counter of `daily` can have risen by within these milliseconds.
fn most(daily: f64, within: i64) -> f64 {
    let days = within.div_euclid(DAY_MS).saturating_add(1);
    daily * f64::from(i32::try_from(days).unwrap_or(i32::MAX))
}

/// What a row of a table of the same report is called.
fn row_name(manifest: &Manifest, outcome: &Outcome, table: &str, row: &str) -> Option<String> {
    let declared = manifest.tables.iter().find(|declared| declared.key == table)?;
    let tables = outcome.effects.iter().filter_map(|effect| match effect {
        Effect::Table(reported) if reported.attribute == table => Some(&reported.rows),
        _ => None,
    });
    tables.flatten().find(|reported| reported.key == row).and_then(|row| headline::row_name(declared, row))
}

impl Plan {
    pub(super) fn levels(
        &mut self,
        source: &Source,
        judged: &Judged<'_>,
        device: DeviceId,
        enrollment: EnrollmentId,
        outcome: &Outcome,
    ) {
        self.touched.insert((device, enrollment));
        let mut of_report = 0;
        for effect in &outcome.effects {
            if let Effect::Readings(points) = effect {
                self.points(judged, device, enrollment, points, &mut of_report);
            }
        }
        let pushed_out = self.enrollment(device, enrollment).map_or(0, |state| state.meters.take_pushed_out());
        if pushed_out > 0 {
            self.cut(device, enrollment, Cut::Meters, pushed_out);
        }
        let at = judged.observed_at;
        let Some(state) = self.enrollment(device, enrollment) else { return };
        if state.reported_at.is_some_and(|latest| at < latest) {
            return;
        }
        let before = std::mem::take(&mut state.fingerprints);
        let reported_before = state.reported_at.replace(at);
        state.digest.clone_from(&judged.report.digest);
        state.address = Some(judged.report.address.to_string());

        let mut now = fingerprints::Fingerprints::default();
        let mut values = Vec::new();
        for effect in &outcome.effects {
            match effect {
                Effect::Facts(facts) => {
                    values.extend(facts.iter().map(|f| (f.attribute.as_str(), values::scalar(&f.value).to_string())));
                }
                Effect::Table(table) => {
                    values.push((table.attribute.as_str(), self.table(&judged.driver.manifest, enrollment, table)));
                }
                Effect::Conditions(conditions) => {
                    self.conditions(judged, device, enrollment, conditions, outcome);
                }
                _ => {}
            }
        }
        for (attribute, json) in values {
            let print = fingerprints::of(&json);
            now.insert(attribute, print);
            if before.get(attribute) != Some(&print) {
                self.facts.insert((enrollment, attribute.to_owned()), FactChange::Set { json, at });
            }
        }
        for attribute in before.keys().filter(|attribute| now.get(attribute).is_none()) {
            let last = reported_before.unwrap_or(at);
            self.end(enrollment, attribute, last);
        }
        let Some(state) = self.enrollment(device, enrollment) else { return };
        state.fingerprints = now;
        let headlines = Headlines::of(&judged.driver.manifest, outcome, &state.meters);
        let shown = self.world.devices.get(&device).is_some_and(|d| d.driver == judged.report.driver);
        self.sight(source, device, at, judged.report.address, shown.then(|| (judged.report.digest.clone(), headlines)));
    }

    /// Notes that something of a device was left out.
    pub(super) fn cut(&mut self, device: DeviceId, enrollment: EnrollmentId, what: Cut, how_many: usize) {
        self.budget.cuts(what, how_many);
        self.mark_partial(device, enrollment, what);
    }

    fn mark_partial(&mut self, device: DeviceId, enrollment: EnrollmentId, what: Cut) {
        if let Some(state) = self.enrollment(device, enrollment) {
            state.partial.insert(what);
        }
    }

    fn enrollment(&mut self, device: DeviceId, id: EnrollmentId) -> Option<&mut Enrollment> {
        self.world.enrollment(device, id)
    }

    /// A value that was set earlier in the batch is written all the same, and ended at once.
    fn end(&mut self, enrollment: EnrollmentId, attribute: &str, at: Timestamp) {
        let key = (enrollment, attribute.to_owned());
        if let Some(FactChange::Set { json, at: since, .. }) = self.facts.get(&key) {
            let ended = FactChange::SetAndEnd { json: json.clone(), since: *since, at };
            self.facts.insert(key, ended);
        } else {
            self.facts.insert(key, FactChange::End { at });
        }
    }

    fn table(&mut self, manifest: &Manifest, enrollment: EnrollmentId, table: &Table) -> String {
        let rows = values::rows(&table.rows);
        let key = (enrollment, table.attribute.clone());
        let rows = if table.complete {
            rows
        } else {
            let most = usize::try_from(manifest.limits.table_rows).unwrap_or(usize::MAX);
            values::merge(self.world.tables.get(&key).cloned().unwrap_or_default(), rows, most)
        };
        // only tables of which this batch has incomplete ones were read, and need to be kept up
        if let Some(standing) = self.world.tables.get_mut(&key) {
            standing.clone_from(&rows);
        } else if !table.complete {
            self.world.tables.insert(key, rows.clone());
        }
        values::table_text(rows)
    }

    fn points(
        &mut self,
        judged: &Judged<'_>,
        device: DeviceId,
        enrollment: EnrollmentId,
        points: &[Point],
        of_report: &mut usize,
    ) {
        for point in points {
            // judged before: all of them are of use
            let Ok(at) = judged.correction.time(point.at) else { continue };
            let row = point.row.clone().unwrap_or_default();
            let declared = judged.driver.manifest.meters.iter().find(|meter| meter.key == point.meter);
            let Some(state) = self.world.enrollment(device, enrollment) else { continue };
            if !self.budget.take_reading(&mut state.budget, of_report) {
                state.partial.insert(Cut::Readings);
                continue;
            }
            let step = state.meters.point(&point.meter, &row, at.as_millisecond(), point.value);
            let counts = declared.is_some_and(|meter| meter.kind == MeterKind::Counter);
            if let Some(meter) = declared.filter(|meter| meter.billed)
                && let Step::Rose { by: amount, within } = step
                && amount > 0.0
                && meter.max_per_day.is_none_or(|daily| amount <= most(daily, within))
            {
                let day = TimeZone::UTC.to_datetime(at).date();
                let counted = (judged.report.driver.clone(), point.meter.clone(), day);
                *self.usage.entry(counted).or_default() += amount;
            }
            let reset = counts && step == Step::Fell;
            let (driver, meter) = (judged.report.driver.clone(), point.meter.clone());
            self.readings.push(Reading { device, driver, meter, row, at, value: point.value, reset });
        }
    }

    fn conditions(
        &mut self,
        judged: &Judged<'_>,
        device: DeviceId,
        enrollment: EnrollmentId,
        whole: &[Condition],
        outcome: &Outcome,
    ) {
        let at = judged.observed_at;
        let Some(state) = self.world.enrollment(device, enrollment) else { return };
        let before = std::mem::take(&mut state.conditions);
        let (mut now, beyond) = budget::limit_conditions(whole.iter().cloned().collect(), &before);
        let all = now.len() + beyond;
        self.budget.cuts(Cut::Alerts, beyond);
        // what may not be raised now does not hold as far as the server knows: a later report raises it
        now.retain(|condition| before.contains(condition) || self.budget.take_alert(&mut state.budget));
        if now.len() < all {
            state.partial.insert(Cut::Alerts);
        }
        state.conditions.clone_from(&now);
        for condition in now.difference(&before) {
            let declared = judged.driver.manifest.conditions.iter().find(|kind| kind.key == condition.key);
            let severity = declared.map_or(Severity::Info, |kind| kind.severity);
            let row_name = declared.and_then(|kind| {
                row_name(&judged.driver.manifest, outcome, kind.table.as_deref()?, condition.row.as_deref()?)
            });
            let about = About { device, driver: judged.report.driver.clone(), severity, row_name };
            self.edges.raise((enrollment, condition.clone()), about, at);
        }
        for condition in before.difference(&now) {
            self.edges.clear((enrollment, condition.clone()), at);
        }
    }
}
