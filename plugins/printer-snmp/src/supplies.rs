//! Toner, ink, drums, waste boxes (RFC 3805, prtMarkerSuppliesTable).
//!
//! `level` and `capacity` are what the device said, in its unit. `percent` is what is left to use:
//! of a consumed supply its contents, of a receptacle its *remaining space*, which is how the RFC
//! defines a receptacle's level. It exists only where both numbers do and agree: -1 (no restriction),
//! -2 (unknown) and -3 (some remains) are states, and a level above capacity is no percentage.

use std::collections::BTreeMap;

use bailiwick_sdk::{Binding, Condition, Instant, Point, Row, Scalar, Table};

use crate::{
    objects as o,
    table::{self, Cells},
    value,
};

const COLORANT_INDEX: u32 = 3;
const CLASS: u32 = 4;
const TYPE: u32 = 5;
const DESCRIPTION: u32 = 6;
const UNIT: u32 = 7;
const MAX_CAPACITY: u32 = 8;
const LEVEL: u32 = 9;
/// prtMarkerSuppliesSupplyUnit percent(19)
const PERCENT: i64 = 19;
const MOST: usize = 96;
/// At or below it a supply is low.
const LOW: i64 = 10;

/// What became of the supplies.
pub struct Supplies {
    pub table: Table,
    pub readings: Vec<Point>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    Consumed,
    Receptacle,
}

/// Reads the table; `colorants` are prtMarkerColorantValue by index.
pub fn read(bindings: Vec<Binding>, colorants: &[Binding], at: Instant) -> Supplies {
    let colorants: BTreeMap<&[u32], String> = colorants
        .iter()
        .filter_map(|b| Some((b.oid.strip_prefix(o::COLORANT_VALUE)?, value::text(&b.value)?)))
        .collect();
    let (mut rows, mut readings, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
    for (index, cells) in table::rows(o::SUPPLIES, bindings, MOST) {
        let key = table::key(&index);
        let supply = Supply::new(&index, &cells, &colorants);
        if let Some(percent) = supply.percent {
            readings.push(Point::new("supply_level", percent as f64, at).of_row(&key));
        }
        if let Some(condition) = supply.condition() {
            conditions.push(Condition::new(condition).of_row(&key));
        }
        rows.push(supply.row(key));
    }
    Supplies { table: Table::complete("supplies", rows), readings, conditions }
}

struct Supply {
    description: Option<String>,
    kind: &'static str,
    class: Option<Class>,
    color: Option<&'static str>,
    unit: &'static str,
    capacity: Option<i64>,
    level: Option<i64>,
    percent: Option<i64>,
    state: &'static str,
}

impl Supply {
    fn new(index: &[u32], cells: &Cells, colorants: &BTreeMap<&[u32], String>) -> Self {
        let described = cells.text(DESCRIPTION).unwrap_or_default();
        let lower = described.to_lowercase();
        let kind = kind(cells.integer(TYPE), &lower);
        let class = class(cells.integer(CLASS), kind);
        let unit = cells.integer(UNIT);
        let (said, most) = (cells.integer(LEVEL), cells.integer(MAX_CAPACITY));
        let percent = percent(said, most, unit).filter(|_| class.is_some());
        let colorant = cells.integer(COLORANT_INDEX).filter(|i| *i > 0).and_then(|i| {
            let (device, _) = index.split_first()?;
            colorants.get([*device, u32::try_from(i).ok()?].as_slice())
        });
        let colored = !matches!(kind, "fuser" | "waste_toner" | "waste_ink" | "waste_wax" | "staples" | "cleaner");
        let color =
            colored.then(|| colorant.and_then(|c| color(&c.to_lowercase())).or_else(|| color(&lower))).flatten();
        Self {
            description: value::label(without_serial(&described)),
            kind,
            class,
            color,
            unit: unit_name(unit),
            capacity: most.filter(|n| *n > 0),
            level: said.filter(|n| *n >= 0),
            percent,
            state: state(class, said, percent),
        }
    }

    fn condition(&self) -> Option<&'static str> {
        match (self.class, self.state) {
            (Some(Class::Receptacle), "full") => Some("waste_full"),
            (Some(Class::Receptacle), "low") => Some("waste_nearly_full"),
            (_, "empty") => Some("supply_empty"),
            (_, "low") => Some("supply_low"),
            _ => None,
        }
    }

    fn row(self, key: String) -> Row {
        let class = match self.class {
            Some(Class::Consumed) => "consumed",
            Some(Class::Receptacle) => "receptacle",
            None => "unknown",
        };
        Row::new(key)
            .cell_some("description", self.description.map(Scalar::Text))
            .cell("type", Scalar::token(self.kind))
            .cell("class", Scalar::token(class))
            .cell_some("color", self.color.map(Scalar::token))
            .cell("unit", Scalar::token(self.unit))
            .cell_some("capacity", self.capacity)
            .cell_some("level", self.level)
            .cell_some("percent", self.percent)
            .cell("state", Scalar::token(self.state))
    }
}

/// What is left to use, in percent.
fn percent(level: Option<i64>, capacity: Option<i64>, unit: Option<i64>) -> Option<i64> {
    let level = level.filter(|n| *n >= 0)?;
    match capacity {
        // A new cartridge is often filled a little over; far over is an agent's mistake.
        Some(most @ 1..) if level <= most + most / 10 => Some((level * 100 / most).min(100)),
        Some(1..) => None,
        _ if unit == Some(PERCENT) && level <= 100 => Some(level),
        _ => None,
    }
}

fn state(class: Option<Class>, level: Option<i64>, percent: Option<i64>) -> &'static str {
    let none_left = if class == Some(Class::Receptacle) { "full" } else { "empty" };
    match (level, percent) {
        (Some(-1), _) => "unlimited",
        (Some(-3), _) => "some_left",
        (Some(0), _) => none_left,
        (_, Some(0..=LOW)) => "low",
        (_, Some(_)) => "ok",
        _ => "unknown",
    }
}

/// The class; where the agent leaves it out, its type says it.
fn class(class: Option<i64>, kind: &str) -> Option<Class> {
    match class {
        Some(3) => Some(Class::Consumed),
        Some(4) => Some(Class::Receptacle),
        _ if kind.starts_with("waste_") => Some(Class::Receptacle),
        _ if matches!(kind, "other" | "unknown") => None,
        _ => Some(Class::Consumed),
    }
}

/// PrtMarkerSuppliesTypeTC; where the agent leaves it out or says 'other', the description's words.
fn kind(kind: Option<i64>, description: &str) -> &'static str {
    match kind {
        Some(3 | 21) => "toner",
        Some(4) => "waste_toner",
        Some(5 | 6) => "ink",
        Some(7) => "ribbon",
        Some(8) => "waste_ink",
        Some(9) => "drum",
        Some(10) => "developer",
        Some(12 | 13) => "wax",
        Some(14) => "waste_wax",
        Some(11 | 15 | 17 | 22) => "fuser",
        Some(16 | 18 | 19) => "cleaner",
        Some(20) => "transfer",
        Some(24) => "waste_water",
        Some(26) => "waste_paper",
        Some(29 | 32) => "staples",
        given => WORDS
            .iter()
            .find(|(word, _)| description.contains(word))
            .map_or(if given == Some(1) { "other" } else { "unknown" }, |(_, kind)| *kind),
    }
}

/// The narrower word first.
const WORDS: [(&str, &str); 18] = [
    ("waste ink", "waste_ink"),
    ("waste", "waste_toner"),
    ("transfer", "transfer"),
    ("maintenance", "maintenance"),
    ("roller", "maintenance"),
    ("drum", "drum"),
    ("photoconductor", "drum"),
    ("imaging", "drum"),
    ("developer", "developer"),
    ("fuser", "fuser"),
    ("fusing", "fuser"),
    ("staple", "staples"),
    ("filter", "maintenance"),
    ("belt", "transfer"),
    ("ink", "ink"),
    ("toner", "toner"),
    ("ribbon", "ribbon"),
    ("cartridge", "toner"),
];

/// A colour's token, by the words that devices use for it in four languages.
fn color(text: &str) -> Option<&'static str> {
    const COLORS: [(&str, &[&str]); 15] = [
        ("matte_black", &["matte black", "mattschwarz"]),
        ("photo_black", &["photo black", "fotoschwarz"]),
        ("light_cyan", &["light cyan", "photo cyan"]),
        ("light_magenta", &["light magenta", "photo magenta"]),
        ("gray", &["gray", "grey", "grau"]),
        ("black", &["black", "schwarz", "noir", "zwart"]),
        ("cyan", &["cyan"]),
        ("magenta", &["magenta"]),
        ("yellow", &["yellow", "gelb", "jaune", "geel"]),
        ("red", &["red"]),
        ("green", &["green"]),
        ("blue", &["blue"]),
        ("orange", &["orange"]),
        ("violet", &["violet"]),
        ("white", &["white"]),
    ];
    let words = |needle: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == needle);
    let found = COLORS
        .iter()
        .find(|(_, names)| names.iter().any(|name| if name.contains(' ') { text.contains(name) } else { words(name) }));
    found.map(|(token, _)| *token)
}

fn unit_name(unit: Option<i64>) -> &'static str {
    match unit {
        Some(3) => "ten_thousandths_of_inches",
        Some(4) => "micrometers",
        Some(7) => "impressions",
        Some(8) => "sheets",
        Some(11) => "hours",
        Some(12) => "thousandths_of_ounces",
        Some(13) => "tenths_of_grams",
        Some(14) => "hundredths_of_fl_oz",
        Some(15) => "tenths_of_milliliters",
        Some(16) => "feet",
        Some(17) => "meters",
        Some(18) => "items",
        Some(PERCENT) => "percent",
        _ => "unknown",
    }
}

/// A description without the cartridge's own serial number, which some agents append: it would be
/// an identifier in a column of another category.
fn without_serial(description: &str) -> &str {
    ["S/N", ";SN", ", SN", " SN:"]
        .iter()
        .filter_map(|mark| description.find(mark))
        .min()
        .map_or(description, |end| description.get(..end).unwrap_or(description).trim_end_matches([' ', ';', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_levels_are_states_and_never_percentages() {
        let consumed = Some(Class::Consumed);
        for (level, expected) in [(-1, "unlimited"), (-2, "unknown"), (-3, "some_left"), (-9, "unknown")] {
            assert_eq!(percent(Some(level), Some(100), Some(PERCENT)), None);
            assert_eq!(state(consumed, Some(level), None), expected);
        }
        for capacity in [None, Some(-1), Some(-2), Some(0)] {
            assert_eq!(percent(Some(50), capacity, Some(7)), None);
            assert_eq!(percent(Some(50), capacity, Some(PERCENT)), Some(50));
        }
    }

    #[test]
    fn absurd_levels_are_no_percentages() {
        assert_eq!(percent(Some(150), Some(100), None), None);
        assert_eq!(percent(Some(105), Some(100), None), Some(100));
        assert_eq!(percent(Some(150), None, Some(PERCENT)), None);
        assert_eq!(percent(Some(i64::from(i32::MAX)), Some(i64::from(i32::MAX)), None), Some(100));
    }

    #[test]
    fn a_receptacle_without_space_is_full() {
        assert_eq!(state(Some(Class::Receptacle), Some(0), Some(0)), "full");
        assert_eq!(state(Some(Class::Consumed), Some(0), Some(0)), "empty");
        assert_eq!(state(Some(Class::Receptacle), Some(6030), Some(90)), "ok");
        assert_eq!(class(None, "waste_ink"), Some(Class::Receptacle));
        assert_eq!(class(None, "other"), None);
    }

    #[test]
    fn descriptions_tell_what_agents_leave_out() {
        assert_eq!(kind(None, "waste toner box"), "waste_toner");
        assert_eq!(kind(None, "drum cartridge (cyan)"), "drum");
        assert_eq!(kind(Some(1), "adf pad"), "other");
        assert_eq!(color("cartridge (cyan)"), Some("cyan"));
        assert_eq!(color("canon matte black ink tank"), Some("matte_black"));
        assert_eq!(color("filtered"), None, "a word, not a part of one");
        assert_eq!(without_serial("Black Toner, PN 006R01509;SN48178080E0000481"), "Black Toner, PN 006R01509");
        assert_eq!(without_serial("Fuser S/N:"), "Fuser");
    }
}
