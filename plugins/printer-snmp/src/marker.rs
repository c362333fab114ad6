//! Page counters (RFC 3805, prtMarkerTable).
//!
//! The first marker that counts impressions or sheets is the device's page counter. The value is the
//! agent's Counter32 as it is: the host, which knows the last one, tells a wrap from a reset.

use bailiwick_sdk::{Binding, Instant, Point, Row, Scalar, Table};

use crate::{objects as o, table};

const COUNTER_UNIT: u32 = 3;
const LIFE_COUNT: u32 = 4;
/// Columns to walk.
pub const COLUMNS: [u32; 2] = [COUNTER_UNIT, LIFE_COUNT];
const MOST: usize = 16;

/// The markers with their counters, and the device's page counter.
pub fn read(bindings: Vec<Binding>, at: Instant) -> (Table, Option<Point>) {
    let (mut rows, mut pages) = (Vec::new(), None);
    for (index, cells) in table::rows(o::MARKER, bindings, MOST) {
        let Some(count) = cells.integer(LIFE_COUNT).filter(|n| (0..=u32::MAX.into()).contains(n)) else { continue };
        // An agent that leaves the unit out counts impressions, the MIB's usual one.
        let unit = match cells.integer(COUNTER_UNIT) {
            None | Some(7) => "impressions",
            Some(8) => "sheets",
            Some(11) => "hours",
            Some(16) => "feet",
            Some(17) => "meters",
            Some(_) => "other",
        };
        if matches!(unit, "impressions" | "sheets") && pages.is_none() {
            pages = Some(Point::new("pages", count as f64, at));
        }
        rows.push(Row::new(table::key(&index)).cell("count", count).cell("unit", Scalar::token(unit)));
    }
    (Table::complete("markers", rows), pages)
}
