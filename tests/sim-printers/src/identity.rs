//! What tells one simulated printer from another: serial number, hardware address, name and place.
//! All of it follows from the address and the seed, so that a restarted simulator is the same fleet.

use std::net::Ipv4Addr;

use crate::{chance::Chance, kind::Kind};

/// One printer's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where it answers.
    pub address: Ipv4Addr,
    /// Serial number.
    pub serial: String,
    /// Hardware address, locally administered.
    pub mac: [u8; 6],
    /// sysName and prtGeneralPrinterName.
    pub name: String,
    /// sysLocation.
    pub location: String,
}

const PLACES: [(&str, &str); 12] = [
    ("reception", "Ground floor, reception"),
    ("sales", "1st floor, sales"),
    ("accounts", "1st floor, accounts"),
    ("legal", "2nd floor, legal"),
    ("design", "2nd floor, design studio"),
    ("hr", "3rd floor, human resources"),
    ("training", "3rd floor, training room"),
    ("dispatch", "Warehouse, dispatch desk"),
    ("goods-in", "Warehouse, goods in"),
    ("workshop", "Workshop, foreman's office"),
    ("canteen", "Ground floor, corridor by the canteen"),
    ("archive", "Basement, archive"),
];

impl Identity {
    /// The identity of a printer of `kind` at `address` in the world of `seed`.
    #[must_use]
    pub fn of(kind: &Kind, address: Ipv4Addr, seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ (u64::from(u32::from(address)) << 20));
        let digits: String = (0..kind.serial_digits).map(|_| char::from(b'0' + chance.between(0, 9) as u8)).collect();
        let [_, _, third, fourth] = address.octets();
        let [_, a, b, c, d, e, f, _] = chance.bits().to_be_bytes();
        let (short, place) = chance.pick(&PLACES).copied().unwrap_or(("office", "Office"));
        Self {
            address,
            serial: format!("{}{digits}", kind.serial_prefix),
            mac: [a & 0xfc | 0x02, b, c, d, e, f],
            name: format!("prn-{short}-{third}-{fourth}"),
            location: place.to_owned(),
        }
    }
}
