//! What the printer does, and its error bits (RFC 2790; RFC 3805, section 2.2.13.2).

use bailiwick_sdk::SnmpValue;

use crate::value;

/// hrPrinterDetectedErrorState's bits, the most significant first.
const BITS: [&str; 15] = [
    "paper_low",
    "paper_out",
    "toner_low",
    "toner_empty",
    "cover_open",
    "jam",
    "offline",
    "service_requested",
    "tray_missing",
    "output_missing",
    "supply_missing",
    "output_nearly_full",
    "output_full",
    "tray_empty",
    "maintenance_overdue",
];

/// The status token of hrDeviceStatus and hrPrinterStatus together (RFC 3805, section 2.2.13.2).
pub fn status(device: Option<i64>, printer: Option<i64>) -> &'static str {
    match (device, printer) {
        (Some(5), _) => "down",
        (Some(4), _) => "testing",
        (_, Some(3)) => "idle",
        (_, Some(4)) => "printing",
        (_, Some(5)) => "warmup",
        (Some(2 | 3), Some(1)) => "standby",
        (Some(2 | 3), _) => "running",
        _ => "unknown",
    }
}

/// Conditions of the error bits. Agents send one octet or two. Of the second one only bits that the
/// MIB defines count, and none where it repeats the first, as some agents pad.
pub fn conditions(state: &SnmpValue) -> Vec<&'static str> {
    let octets = value::octets(state).unwrap_or_default();
    let (first, second) = match octets {
        [] => (0, 0),
        [first] => (*first, 0),
        [first, second, ..] if first == second => (*first, 0),
        [first, second, ..] => (*first, *second),
    };
    let bits = u16::from_be_bytes([first, second]);
    BITS.iter().enumerate().filter(|(bit, _)| bits & (0x8000 >> bit) != 0).map(|(_, key)| *key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(octets: &[u8]) -> Vec<&'static str> {
        conditions(&SnmpValue::Octets(octets.to_vec()))
    }

    #[test]
    fn error_bits_count_from_the_most_significant() {
        assert_eq!(of(&[0x80]), ["paper_low"]);
        assert_eq!(of(&[0x0c, 0x00]), ["cover_open", "jam"]);
        assert_eq!(of(&[0x00, 0x08]), ["output_full"]);
        assert_eq!(of(&[0x00, 0x01]), [""; 0], "the last bit is not defined");
        assert_eq!(of(&[0x40, 0x40]), ["paper_out"], "a padding agent repeats its octet");
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(conditions(&SnmpValue::NoSuchInstance), [""; 0]);
    }

    #[test]
    fn both_states_make_one() {
        assert_eq!(status(Some(2), Some(3)), "idle");
        assert_eq!(status(Some(5), Some(3)), "down");
        assert_eq!(status(Some(3), Some(1)), "standby");
        assert_eq!(status(Some(2), None), "running");
        assert_eq!(status(None, None), "unknown");
    }
}
