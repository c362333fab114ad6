//! Paper trays (RFC 3805, prtInputTable).

use bailiwick_sdk::{Binding, Condition, Row, Scalar, Table};

use crate::{objects as o, table, value};

const MAX_CAPACITY: u32 = 9;
const CURRENT_LEVEL: u32 = 10;
const STATUS: u32 = 11;
const NAME: u32 = 13;
/// Columns to walk.
pub const COLUMNS: [u32; 4] = [MAX_CAPACITY, CURRENT_LEVEL, STATUS, NAME];
const MOST: usize = 32;
const SHEETS: std::ops::RangeInclusive<i64> = 0..=1_000_000;

/// The trays. An empty one is a state, not an alert: trays for hand feeding are empty all day, and
/// the device itself says when it misses paper.
pub fn read(bindings: Vec<Binding>) -> Table {
    let rows = table::rows(o::INPUT, bindings, MOST).into_iter().map(|(index, cells)| {
        let level = cells.integer(CURRENT_LEVEL);
        let state = match level {
            Some(0) => "empty",
            Some(1..) | Some(-3) => "ok", // -3: at least one sheet
            _ => "unknown",
        };
        Row::new(table::key(&index))
            .cell_some("name", cells.text(NAME).and_then(|name| value::label(&name)).map(Scalar::text))
            .cell_some("capacity", cells.integer(MAX_CAPACITY).filter(|n| *n > 0 && SHEETS.contains(n)))
            .cell_some("level", level.filter(|n| SHEETS.contains(n)))
            .cell("state", Scalar::token(state))
            .cell("status", Scalar::token(availability(cells.integer(STATUS))))
    });
    Table::complete("trays", rows.collect())
}

/// PrtSubUnitStatusTC's lowest three bits; its others repeat what alerts say.
fn availability(status: Option<i64>) -> &'static str {
    let Some(status) = status.filter(|s| (0..=126).contains(s)) else { return "unknown" };
    match status & 7 {
        0 => "idle",
        2 => "standby",
        4 => "active",
        6 => "busy",
        1 => "on_request",
        3 => "broken",
        _ => "unknown",
    }
}

/// Whether a cover stands open (prtCoverStatus: coverOpen(3), interlockOpen(5)).
pub fn covers(bindings: &[Binding]) -> Option<Condition> {
    bindings.iter().any(|b| matches!(value::integer(&b.value), Some(3 | 5))).then(|| Condition::new("cover_open"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn availability_is_the_lowest_bits_alone() {
        assert_eq!(availability(Some(19)), "broken"); // with critical alerts
        assert_eq!(availability(Some(4)), "active");
        assert_eq!(availability(Some(-1)), "unknown");
        assert_eq!(availability(None), "unknown");
    }
}
