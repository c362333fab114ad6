//! A device with all that is known of it, titled in the caller's language.
//!
//! Titles, types and units come from the manifest of the very component that reported; a value whose
//! attribute no installed manifest declares any more is not shown, since nobody could say what it is.

use bailiwick_contract::manifest::MeterKind;
use bailiwick_devices::{
    devices::{self, Known},
    drivers::{Catalogue, Installed},
    enrollments::{Enrollment, EnrollmentState},
    readings::Latest,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    DeviceView,
    fact::{self, FactView},
};
use crate::{edge::Locale, left_out::LeftOut, named::NamedView};

/// A meter's latest point.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterPoint {
    /// When.
    at: Timestamp,
    /// The value.
    value: f64,
}

/// A number kept over time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Meter)]
pub struct MeterView {
    /// Its key, for `readings?meter=`.
    key: String,
    /// The driver that reports it.
    driver: String,
    title: String,
    unit: String,
    /// `counter` or `gauge`.
    kind: &'static str,
    category: &'static str,
    /// The rows that have points, for a meter that is kept per row.
    rows: Vec<String>,
    /// The latest point; of the row heard last where it is kept per row.
    last: Option<MeterPoint>,
}

/// A device's standing relation to its account through one driver.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceEnrollment {
    id: Uuid,
    driver: String,
    /// SHA-256 of the component that last reported.
    digest: String,
    /// `active` or `retired`.
    state: &'static str,
    /// The collector that last reported it.
    collector_id: Option<Uuid>,
    created_at: Timestamp,
    reported_at: Option<Timestamp>,
    /// What was left out of its latest report, beyond a limit: what is shown is not all.
    partial: Vec<LeftOut>,
}

/// A device with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceDetail {
    #[serde(flatten)]
    device: DeviceView,
    /// Current values.
    facts: Vec<FactView>,
    /// Numbers kept over time.
    meters: Vec<MeterView>,
    /// Its relations to its account.
    enrollments: Vec<DeviceEnrollment>,
    /// The groups that it is in, by name.
    groups: Vec<NamedView>,
}

impl DeviceDetail {
    pub(super) fn new(detail: devices::DeviceDetail, drivers: &Catalogue, locale: Locale) -> Self {
        let mut facts = Vec::new();
        let mut meters = Vec::new();
        for known in &detail.enrollments {
            let Some(driver) = drivers.by_digest(&known.enrollment.digest) else { continue };
            facts.extend(fact::views(&known.facts, &driver.manifest, locale));
            meters.extend(meter_views(known, &driver, locale));
        }
        let enrollments = detail.enrollments.into_iter().map(|known| enrollment(known.enrollment)).collect();
        let groups = detail.groups.into_iter().map(NamedView::from).collect();
        Self { device: DeviceView::new(detail.device, drivers, locale), facts, meters, enrollments, groups }
    }
}

fn meter_views(known: &Known, driver: &Installed, locale: Locale) -> Vec<MeterView> {
    let view = |meter: &bailiwick_contract::manifest::Meter| {
        let points: Vec<&Latest> = known.meters.iter().filter(|p| p.meter == meter.key).collect();
        let last = points
            .iter()
            .max_by_key(|p| p.at)
            .and_then(|p| Some(MeterPoint { at: Timestamp::from_millisecond(p.at).ok()?, value: p.value }))?;
        Some(MeterView {
            key: meter.key.clone(),
            driver: driver.name().to_owned(),
            title: meter.title.locale(locale.0).to_owned(),
            unit: meter.unit.locale(locale.0).to_owned(),
            kind: match meter.kind {
                MeterKind::Counter => "counter",
                MeterKind::Gauge => "gauge",
            },
            category: meter.category.name(),
            rows: points.iter().filter_map(|p| p.row.clone()).collect(),
            last: Some(last),
        })
    };
    driver.manifest.meters.iter().filter_map(view).collect()
}

fn enrollment(enrollment: Enrollment) -> DeviceEnrollment {
    DeviceEnrollment {
        id: enrollment.id.get(),
        driver: enrollment.driver,
        digest: enrollment.digest,
        state: state(enrollment.state),
        collector_id: enrollment.collector.map(|c| c.get()),
        created_at: enrollment.created_at,
        reported_at: enrollment.reported_at,
        partial: enrollment.partial.into_iter().map(LeftOut::from).collect(),
    }
}

/// An enrollment state's name in JSON.
pub(crate) fn state(state: EnrollmentState) -> &'static str {
    match state {
        EnrollmentState::Active => "active",
        EnrollmentState::Retired => "retired",
    }
}
