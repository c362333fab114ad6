//! The agent tree of a living printer: MIB-II (RFC 1213), HOST-RESOURCES-MIB (RFC 2790) and Printer-MIB
//! (RFC 3805), written out of its kind, its identity and its state.

use crate::{
    alert::Trouble,
    identity::Identity,
    kind::{Report, TrayReport},
    life::Life,
    oid::Oid,
    tree::Tree,
    value::Value,
};

/// hrDeviceIndex of the printer in all tables.
const DEVICE: u32 = 1;
const MIB2: [u32; 6] = [1, 3, 6, 1, 2, 1];
/// The enterprise that RFC 5612 reserves for examples.
const EXAMPLE: [u32; 7] = [1, 3, 6, 1, 4, 1, 32473];

struct Rows(Vec<(Oid, Value)>);

impl Rows {
    fn put(&mut self, tail: &[u32], value: Value) {
        self.0.push((Oid::new(MIB2).child(tail), value));
    }

    /// An object of the Printer-MIB: `43.group.1.1.column.device.row`.
    fn printer(&mut self, group: u32, table: u32, column: u32, row: &[u32], value: Value) {
        let mut tail = vec![43, group, table, 1, column, DEVICE];
        tail.extend_from_slice(row);
        self.put(&tail, value);
    }
}

/// All instances that the printer shows now.
#[must_use]
pub fn tree(life: &Life, identity: &Identity) -> Tree {
    let mut rows = Rows(Vec::with_capacity(256));
    system(&mut rows, life, identity);
    host_resources(&mut rows, life);
    general(&mut rows, life, identity);
    inputs(&mut rows, life);
    marker(&mut rows, life);
    supplies(&mut rows, life);
    alerts(&mut rows, life);
    rows.0.into_iter().collect()
}

fn system(rows: &mut Rows, life: &Life, identity: &Identity) {
    let kind = life.kind();
    let description =
        format!("{} {}; firmware {}; S/N {}", kind.manufacturer, kind.model, kind.firmware, identity.serial);
    rows.put(&[1, 1, 0], Value::text(description));
    rows.put(&[1, 2, 0], Value::Oid(Oid::new(EXAMPLE).child(&kind.object_id)));
    rows.put(&[1, 3, 0], Value::TimeTicks(life.uptime()));
    rows.put(&[1, 4, 0], Value::text("it-service@example.test"));
    rows.put(&[1, 5, 0], Value::text(&identity.name));
    rows.put(&[1, 6, 0], Value::text(&identity.location));
    rows.put(&[1, 7, 0], Value::Integer(72));
    rows.put(&[2, 1, 0], Value::Integer(2));
    let interfaces = [(1, "lo", 24, 10_000_000, Vec::new()), (2, "eth0", 6, 1_000_000_000, identity.mac.to_vec())];
    for (index, name, kind, speed, mac) in interfaces {
        rows.put(&[2, 2, 1, 1, index], Value::Integer(index.into()));
        rows.put(&[2, 2, 1, 2, index], Value::text(name));
        rows.put(&[2, 2, 1, 3, index], Value::Integer(kind));
        rows.put(&[2, 2, 1, 5, index], Value::Gauge32(speed));
        rows.put(&[2, 2, 1, 6, index], Value::Octets(mac));
        rows.put(&[2, 2, 1, 7, index], Value::Integer(1));
        rows.put(&[2, 2, 1, 8, index], Value::Integer(1));
        rows.put(&[2, 2, 1, 10, index], Value::Counter32(life.uptime().wrapping_mul(index)));
        rows.put(&[2, 2, 1, 16, index], Value::Counter32(life.uptime().wrapping_mul(index) / 3));
    }
    let octets = identity.address.octets();
    let at = octets.map(u32::from);
    let row = |column: u32| {
        let mut tail = vec![4, 20, 1, column];
        tail.extend_from_slice(&at);
        tail
    };
    rows.put(&row(1), Value::IpAddress(octets));
    rows.put(&row(2), Value::Integer(2));
    rows.put(&row(3), Value::IpAddress([255, 255, 255, 0]));
}

fn host_resources(rows: &mut Rows, life: &Life) {
    let kind = life.kind();
    let critical = life.alerts().iter().any(|alert| alert.trouble.is_critical());
    let device_status = match (critical, life.alerts().is_empty()) {
        (true, _) => 5,
        (false, false) => 3,
        (false, true) => 2,
    };
    rows.put(&[25, 1, 1, 0], Value::TimeTicks(life.uptime()));
    rows.put(&[25, 2, 2, 0], Value::Integer(kind.memory.into()));
    rows.put(&[25, 3, 2, 1, 1, DEVICE], Value::Integer(DEVICE.into()));
    let printer_type = Oid::new(MIB2).child(&[25, 3, 1, 5]);
    rows.put(&[25, 3, 2, 1, 2, DEVICE], Value::Oid(printer_type));
    rows.put(&[25, 3, 2, 1, 3, DEVICE], Value::text(format!("{} {}", kind.manufacturer, kind.model)));
    rows.put(&[25, 3, 2, 1, 4, DEVICE], Value::Oid(Oid::new(EXAMPLE).child(&kind.object_id)));
    rows.put(&[25, 3, 2, 1, 5, DEVICE], Value::Integer(device_status));
    rows.put(&[25, 3, 2, 1, 6, DEVICE], Value::Counter32(life.alert_events().0));
    let printer_status = match (critical, life.is_printing()) {
        (true, _) => 1,
        (false, true) => 4,
        (false, false) => 3,
    };
    rows.put(&[25, 3, 5, 1, 1, DEVICE], Value::Integer(printer_status));
    let bits = life.error_bits().to_be_bytes();
    let shown = bits.get(..kind.error_octets.min(2)).unwrap_or_default();
    rows.put(&[25, 3, 5, 1, 2, DEVICE], Value::Octets(shown.to_vec()));
}

fn general(rows: &mut Rows, life: &Life, identity: &Identity) {
    let (critical, all) = life.alert_events();
    rows.printer(5, 1, 1, &[], Value::Counter32(0));
    rows.printer(5, 1, 2, &[], Value::Integer(1));
    rows.printer(5, 1, 16, &[], Value::text(&identity.name));
    rows.printer(5, 1, 17, &[], Value::text(&identity.serial));
    rows.printer(5, 1, 18, &[], Value::Counter32(critical));
    rows.printer(5, 1, 19, &[], Value::Counter32(all));
    for (at, cover) in numbered(&life.kind().covers) {
        let open = life.open_cover().is_some_and(|open| open + 1 == at as usize);
        rows.printer(6, 1, 2, &[at], Value::text(cover));
        rows.printer(6, 1, 3, &[at], Value::Integer(if open { 3 } else { 4 }));
    }
    rows.printer(7, 1, 2, &[1], Value::text("en"));
    rows.printer(7, 1, 4, &[1], Value::Integer(106));
    rows.printer(16, 5, 2, &[1], Value::text(console(life)));
}

fn console(life: &Life) -> String {
    let first = life.alerts().iter().max_by_key(|alert| alert.trouble.is_critical());
    match first {
        Some(alert) => describe(life, alert.trouble).2,
        None if life.is_printing() => "Printing".to_owned(),
        None => "Ready".to_owned(),
    }
}

fn inputs(rows: &mut Rows, life: &Life) {
    for ((at, tray), sheets) in numbered(&life.kind().trays).zip(life.tray_sheets()) {
        let (capacity, level) = match tray.report {
            TrayReport::Sheets => (i64::from(tray.capacity), i64::from(sheets)),
            TrayReport::SomeRemains => (tray.capacity.into(), if sheets > 0 { -3 } else { 0 }),
            TrayReport::Unknown => (-2, -2),
        };
        rows.printer(8, 2, 2, &[at], Value::Integer(if tray.capacity > 100 { 3 } else { 5 }));
        rows.printer(8, 2, 8, &[at], Value::Integer(8));
        rows.printer(8, 2, 9, &[at], Value::Integer(capacity));
        rows.printer(8, 2, 10, &[at], Value::Integer(level));
        rows.printer(8, 2, 11, &[at], Value::Integer(if sheets > 0 { 0 } else { 9 }));
        rows.printer(8, 2, 12, &[at], Value::text(&tray.media));
        rows.printer(8, 2, 13, &[at], Value::text(&tray.name));
        rows.printer(8, 2, 18, &[at], Value::text(&tray.name));
    }
    rows.printer(9, 2, 2, &[1], Value::Integer(3));
    rows.printer(9, 2, 4, &[1], Value::Integer(250));
    rows.printer(9, 2, 5, &[1], Value::Integer(-3));
    rows.printer(9, 2, 7, &[1], Value::text("Standard bin"));
}

fn marker(rows: &mut Rows, life: &Life) {
    let kind = life.kind();
    let colours = kind.supplies.iter().filter(|supply| supply.colour.is_some()).count();
    rows.printer(10, 2, 2, &[1], Value::Integer(4));
    rows.printer(10, 2, 3, &[1], Value::Integer(kind.counter_unit.code()));
    rows.printer(10, 2, 4, &[1], Value::Counter32(wrapped(life.pages())));
    rows.printer(10, 2, 5, &[1], Value::Counter32(wrapped(life.pages_since_boot())));
    rows.printer(10, 2, 6, &[1], Value::Integer(i64::try_from(colours).unwrap_or(0)));
    rows.printer(10, 2, 7, &[1], Value::Integer(0));
    rows.printer(10, 2, 15, &[1], Value::Integer(if life.is_jammed() { 5 } else { 0 }));
}

fn wrapped(count: u64) -> u32 {
    u32::try_from(count % (1 << 32)).unwrap_or(0)
}

fn supplies(rows: &mut Rows, life: &Life) {
    let mut colorant = 0;
    for ((at, supply), left) in numbered(&life.kind().supplies).zip(life.supply_levels()) {
        let full = f64::from(supply.yield_pages);
        let (unit, capacity, level) = match supply.report {
            Report::Percent => (19, 100, part(100.0, left)),
            Report::Impressions => (7, supply.yield_pages.into(), part(full, left)),
            Report::TenthsOfGrams => (13, i64::from(supply.yield_pages / 2), part(full / 2.0, left)),
            Report::SomeRemains => (7, -2, if left * full >= 1.0 { -3 } else { 0 }),
            Report::Unknown => (7, -2, -2),
            Report::Unrestricted => (7, -1, -1),
        };
        let index = if let Some(colour) = &supply.colour {
            colorant += 1;
            rows.printer(12, 1, 2, &[colorant], Value::Integer(1));
            rows.printer(12, 1, 3, &[colorant], Value::Integer(3));
            rows.printer(12, 1, 4, &[colorant], Value::text(colour));
            colorant
        } else {
            0
        };
        rows.printer(11, 1, 2, &[at], Value::Integer(1));
        rows.printer(11, 1, 3, &[at], Value::Integer(index.into()));
        rows.printer(11, 1, 4, &[at], Value::Integer(if supply.kind.is_receptacle() { 4 } else { 3 }));
        rows.printer(11, 1, 5, &[at], Value::Integer(supply.kind.code()));
        rows.printer(11, 1, 6, &[at], Value::text(&supply.description));
        rows.printer(11, 1, 7, &[at], Value::Integer(unit));
        rows.printer(11, 1, 8, &[at], Value::Integer(capacity));
        rows.printer(11, 1, 9, &[at], Value::Integer(level));
    }
}

fn part(full: f64, share: f64) -> i64 {
    (full * share).round() as i64
}

fn alerts(rows: &mut Rows, life: &Life) {
    for alert in life.alerts() {
        let (group, code, text) = describe(life, alert.trouble);
        let severity = if alert.trouble.is_critical() { 3 } else { 4 };
        let group_index = match alert.trouble {
            Trouble::Jam => 1,
            Trouble::CoverOpen(at)
            | Trouble::TrayLow(at)
            | Trouble::TrayEmpty(at)
            | Trouble::SupplyLow(at)
            | Trouble::SupplyEmpty(at) => i64::try_from(at).unwrap_or(0) + 1,
        };
        let at = [alert.index];
        rows.printer(18, 1, 2, &at, Value::Integer(severity));
        rows.printer(18, 1, 3, &at, Value::Integer(4));
        rows.printer(18, 1, 4, &at, Value::Integer(group));
        rows.printer(18, 1, 5, &at, Value::Integer(group_index));
        rows.printer(18, 1, 6, &at, Value::Integer(-2));
        rows.printer(18, 1, 7, &at, Value::Integer(code));
        rows.printer(18, 1, 8, &at, Value::text(text));
        rows.printer(18, 1, 9, &at, Value::TimeTicks(alert.since));
    }
}

/// prtAlertGroup, prtAlertCode and prtAlertDescription of a trouble.
fn describe(life: &Life, trouble: Trouble) -> (i64, i64, String) {
    let kind = life.kind();
    let tray = |at: usize| kind.trays.get(at).map_or("Tray", |tray| tray.name.as_str());
    let supply = |at: usize| {
        let supply = kind.supplies.get(at);
        let receptacle = supply.is_some_and(|supply| supply.kind.is_receptacle());
        (supply.map_or("Supply", |supply| supply.description.as_str()), receptacle)
    };
    match trouble {
        Trouble::Jam => (13, 8, "Paper jam".to_owned()),
        Trouble::CoverOpen(at) => (6, 3, format!("{} open", kind.covers.get(at).map_or("Cover", String::as_str))),
        Trouble::TrayLow(at) => (8, 807, format!("{} low on paper", tray(at))),
        Trouble::TrayEmpty(at) => (8, 808, format!("{} empty", tray(at))),
        Trouble::SupplyLow(at) => match supply(at) {
            (name, true) => (11, 1107, format!("{name} nearly full")),
            (name, false) => (11, 1104, format!("{name} low")),
        },
        Trouble::SupplyEmpty(at) => match supply(at) {
            (name, true) => (11, 1109, format!("{name} full")),
            (name, false) => (11, 1101, format!("{name} empty")),
        },
    }
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (u32, &T)> {
    (1..).zip(items)
}
