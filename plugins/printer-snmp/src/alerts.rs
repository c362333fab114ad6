//! The device's own alerts (RFC 3805, prtAlertTable; codes of IANA-PRINTER-MIB).
//!
//! Codes fall into families, one condition each. The alert's text is never read: a device may write
//! a job's owner into it.

use std::collections::BTreeSet;

use bailiwick_sdk::{Binding, Condition};

use crate::{objects as o, table};

const SEVERITY: u32 = 2;
const GROUP: u32 = 4;
const CODE: u32 = 7;
/// Columns to walk.
pub const COLUMNS: [u32; 3] = [SEVERITY, GROUP, CODE];
const MOST: usize = 256;

/// Conditions of the alerts that are there.
pub fn read(bindings: Vec<Binding>) -> BTreeSet<&'static str> {
    let rows = table::rows(o::ALERT, bindings, MOST);
    rows.values()
        .filter_map(|cells| condition(cells.integer(CODE)?, cells.integer(GROUP), cells.integer(SEVERITY)))
        .collect()
}

fn condition(code: i64, group: Option<i64>, severity: Option<i64>) -> Option<&'static str> {
    const INPUT: Option<i64> = Some(8);
    const OUTPUT: Option<i64> = Some(9);
    const SUPPLIES: Option<i64> = Some(11);
    const CRITICAL: Option<i64> = Some(3);
    Some(match code {
        3 | 5 | 501 => "cover_open",
        18 if group == Some(6) => "cover_open",
        8 => "jam",
        9 | 801 if group == INPUT || code == 801 => "tray_missing",
        901 => "output_missing",
        9 if group == OUTPUT => "output_missing",
        9 | 1115 => "supply_missing",
        12 | 807 if group == INPUT || code == 807 => "paper_low",
        13 | 808 if group == INPUT || code == 808 => "paper_out",
        809 | 810 | 813 => "paper_requested",
        14 | 902 if group == OUTPUT || code == 902 => "output_nearly_full",
        15 | 903 if group == OUTPUT || code == 903 => "output_full",
        14 if group == SUPPLIES => "waste_nearly_full",
        15 if group == SUPPLIES => "waste_full",
        1104 | 1105 | 1106 | 1113 => "toner_low",
        12 if group == SUPPLIES => "toner_low",
        1101 | 1102 | 1103 | 1114 => "toner_empty",
        13 if group == SUPPLIES => "toner_empty",
        1107 | 1108 => "waste_nearly_full",
        1109 | 1110 => "waste_full",
        10 | 16 | 1111 => "part_nearly_worn",
        11 | 17 | 1112 => "part_worn",
        22 => "offline",
        29..=38 | 811 | 812 | 904 | 1001..=1004 if severity == CRITICAL => "service_requested",
        _ => return None,
    })
}

/// Conditions of the whole set: each once, and a level with a row of its own instead of the device's
/// vaguer one.
pub fn merge(device: impl IntoIterator<Item = &'static str>, rows: Vec<Condition>) -> Vec<Condition> {
    let by_row = |key: &str| rows.iter().any(|condition| condition.key == key);
    let device: BTreeSet<&str> = device.into_iter().collect();
    let mut all: Vec<Condition> = device
        .into_iter()
        .filter(|key| match *key {
            "toner_low" => !by_row("supply_low") && !by_row("supply_empty"),
            "toner_empty" => !by_row("supply_empty"),
            key => !by_row(key),
        })
        .map(device_wide)
        .collect();
    all.extend(rows);
    all
}

/// `waste_full` and `waste_nearly_full` are kept per supply; an alert that names no supply has its own.
fn device_wide(key: &str) -> Condition {
    Condition::new(match key {
        "waste_full" => "waste_box_full",
        "waste_nearly_full" => "waste_box_nearly_full",
        key => key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_families_by_their_group() {
        assert_eq!(condition(8, None, None), Some("jam"));
        assert_eq!(condition(13, Some(8), None), Some("paper_out"));
        assert_eq!(condition(13, Some(11), None), Some("toner_empty"));
        assert_eq!(condition(13, Some(10), None), None);
        assert_eq!(condition(808, None, None), Some("paper_out"));
        assert_eq!(condition(9, Some(9), None), Some("output_missing"));
        assert_eq!(condition(1001, Some(10), Some(5)), None, "a fuser that warms up is no fault");
        assert_eq!(condition(1001, Some(10), Some(3)), Some("service_requested"));
        assert_eq!(condition(503, Some(5), Some(4)), None, "power up is an event");
        assert_eq!(condition(-1, None, None), None);
    }

    #[test]
    fn a_row_says_more_than_the_device() {
        let low = Condition::new("supply_low").of_row("1.2");
        let merged = merge(["toner_low", "jam", "waste_full"], vec![low.clone()]);
        assert_eq!(merged, [Condition::new("jam"), Condition::new("waste_box_full"), low]);
        assert_eq!(merge(["toner_low", "toner_low"], vec![]), [Condition::new("toner_low")]);
    }
}
