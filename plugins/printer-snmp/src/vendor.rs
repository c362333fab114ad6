//! Vendors are data: `vendors/*.toml`, compiled into [`VENDORS`] by `build.rs`.

use bailiwick_sdk::{Binding, Instant, Point};

use crate::value;

/// What is known of one vendor's agents.
pub struct Vendor {
    /// What operators call it.
    pub name: &'static str,
    /// sysObjectID prefixes of its printers.
    sys_object_ids: &'static [&'static [u32]],
    /// How sysDescr of its printers begins.
    descrs: &'static [&'static str],
    /// Names under which others sell them.
    brands: &'static [Brand],
    /// What stands before the serial number in sysDescr.
    pub serial_in_descr: Option<&'static str>,
    /// Where the serial number stands, best first.
    pub serial: &'static [&'static [u32]],
    /// Where the model stands, best first.
    pub model: &'static [&'static [u32]],
    counters: &'static [Counter],
}

struct Brand {
    name: &'static str,
    descrs: &'static [&'static str],
}

struct Counter {
    meter: &'static str,
    from: From,
}

enum From {
    /// The sum of these objects; the first must be there.
    Sum(&'static [&'static [u32]]),
    /// The sum of the values whose code is one of these; both columns share their indices.
    Lookup { codes: &'static [u32], values: &'static [u32], any_of: &'static [i64] },
}

static VENDORS: &[Vendor] = include!(concat!(env!("OUT_DIR"), "/vendors.rs"));

/// A vendor, and the name that the device is sold under.
#[derive(Clone, Copy)]
pub struct Known {
    /// Whose agent it is.
    pub vendor: &'static Vendor,
    /// What operators call its maker.
    pub name: &'static str,
}

/// Whose device it is, by its sysObjectID or else by its sysDescr.
pub fn find(sys_object_id: Option<&[u32]>, sys_descr: &str) -> Option<Known> {
    let begins = |descrs: &[&str]| descrs.iter().any(|descr| sys_descr.starts_with(descr));
    let by_id =
        VENDORS.iter().find(|v| v.sys_object_ids.iter().any(|id| sys_object_id.is_some_and(|o| o.starts_with(id))));
    let vendor = by_id
        .or_else(|| VENDORS.iter().find(|v| begins(v.descrs) || v.brands.iter().any(|brand| begins(brand.descrs))))?;
    let name = vendor.brands.iter().find(|brand| begins(brand.descrs)).map_or(vendor.name, |brand| brand.name);
    Some(Known { vendor, name })
}

impl Vendor {
    /// Objects to get: serial, model and counters.
    pub fn objects(&self) -> Vec<&'static [u32]> {
        let mut objects: Vec<_> = self.serial.iter().chain(self.model).copied().collect();
        for counter in self.counters {
            if let From::Sum(oids) = counter.from {
                objects.extend(oids);
            }
        }
        objects
    }

    /// Columns to walk, each once.
    pub fn columns(&self) -> Vec<&'static [u32]> {
        let mut columns = Vec::new();
        for counter in self.counters {
            if let From::Lookup { codes, values, .. } = counter.from {
                columns.extend([codes, values]);
            }
        }
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The vendor's own counters.
    pub fn readings(&self, got: &[Binding], at: Instant) -> Vec<Point> {
        let counters = self.counters.iter();
        counters.filter_map(|c| Some(Point::new(c.meter, c.from.read(got)? as f64, at))).collect()
    }
}

impl From {
    fn read(&self, got: &[Binding]) -> Option<i64> {
        match self {
            Self::Sum(oids) => {
                let (first, others) = oids.split_first()?;
                let others: i64 = others.iter().filter_map(|oid| count(got, oid)).sum();
                count(got, first).map(|first| first + others)
            }
            Self::Lookup { codes, values, any_of } => {
                let found = got.iter().filter_map(|binding| {
                    let index = binding.oid.strip_prefix(*codes)?;
                    let code = value::integer(&binding.value)?;
                    any_of.contains(&code).then(|| count(got, &[values, index].concat()))?
                });
                found.reduce(|sum, count| sum + count)
            }
        }
    }
}

fn count(got: &[Binding], oid: &[u32]) -> Option<i64> {
    got.iter()
        .find(|binding| binding.oid == oid)
        .and_then(|b| value::integer(&b.value))
        .filter(|n| (0..=u32::MAX.into()).contains(n))
}

#[cfg(test)]
mod tests {
    use bailiwick_sdk::SnmpValue;

    use super::*;

    #[test]
    fn a_brand_is_told_from_the_maker_of_its_agent() {
        let name = |id: &[u32], descr: &str| find(Some(id), descr).map(|known| known.name);
        let kyocera = [1, 3, 6, 1, 4, 1, 1347, 41];
        assert_eq!(name(&kyocera, "KYOCERA Document Solutions Printing System"), Some("Kyocera"));
        assert_eq!(name(&kyocera, "TA_UTAX Printing System"), Some("UTAX"));
        assert_eq!(name(&[1, 3, 6, 1, 4, 1, 641, 2, 71], "TOSHIBA e-STUDIO305CS"), Some("Toshiba"));
        assert_eq!(find(None, "SHARP MX-2614N").map(|known| known.name), Some("Sharp"));
        assert_eq!(name(&[1, 3, 6, 1, 4, 1, 9, 1, 1], "Cisco IOS"), None);
    }

    #[test]
    fn coded_counters_are_summed_by_their_codes() {
        let ricoh = find(Some(&[1, 3, 6, 1, 4, 1, 367, 1, 1]), "RICOH MP 3053").unwrap().vendor;
        let row = |column: u32, index: u32, n: i32| Binding {
            oid: vec![1, 3, 6, 1, 4, 1, 367, 3, 2, 1, 2, 19, 5, 1, column, index],
            value: SnmpValue::Integer(n),
        };
        let got = [
            row(2, 1, 10),
            row(9, 1, 900),
            row(2, 5, 201),
            row(9, 5, 30),
            row(2, 6, 401),
            row(9, 6, 12),
            row(2, 7, 999),
            row(9, 7, 5),
        ];
        let read: Vec<_> = ricoh.readings(&got, 0).into_iter().map(|p| (p.meter, p.value)).collect();
        assert_eq!(read, [("vendor_pages".to_owned(), 900.0), ("black_pages".to_owned(), 42.0)]);
    }
}
