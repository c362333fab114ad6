//! Which device it is: serial number, MAC address, maker, model, name.
//!
//! A serial number counts only when it is plausible; fallbacks are, in order, Printer-MIB, the
//! vendor's own object, and what some print servers write into sysDescr. The MAC is the first
//! Ethernet interface's, because a wireless one often changes with an option board.

use bailiwick_sdk::{Binding, SnmpValue};

use crate::{objects as o, value, vendor::Known};

/// The value of one object among those got.
pub fn get<'a>(got: &'a [Binding], oid: &[u32]) -> Option<&'a SnmpValue> {
    got.iter().find(|binding| binding.oid == oid).map(|binding| &binding.value)
}

/// The first value below a prefix.
fn first<'a>(got: &'a [Binding], prefix: &'a [u32]) -> impl Iterator<Item = &'a SnmpValue> {
    got.iter().filter(move |binding| binding.oid.starts_with(prefix)).map(|binding| &binding.value)
}

/// The serial number; `[A-Za-z0-9][A-Za-z0-9._/-]{2,23}`.
pub fn serial(got: &[Binding], known: Option<Known>, descr: &str) -> Option<String> {
    let standard = first(got, o::GENERAL_SERIAL).filter_map(value::text);
    let vendor = known.into_iter().flat_map(|k| k.vendor.serial).filter_map(|oid| value::text(get(got, oid)?));
    let in_descr = known.and_then(|k| k.vendor.serial_in_descr).and_then(|mark| {
        let (_, rest) = descr.split_once(mark)?;
        rest.split([',', ';', ' ']).next().map(str::to_owned)
    });
    standard.chain(vendor).chain(in_descr).find(|serial| plausible(serial))
}

fn plausible(serial: &str) -> bool {
    (3..=24).contains(&serial.len())
        && serial.starts_with(|c: char| c.is_ascii_alphanumeric())
        && serial.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c))
        && !value::is_filler(serial)
}

/// The MAC address, twelve lower-case hexadecimal digits.
pub fn mac(interfaces: &[Binding]) -> Option<String> {
    const ETHERNET: i64 = 6;
    let type_of = |index: &[u32]| get(interfaces, &o::below(o::IF_TYPE, index)).and_then(value::integer);
    let found: Vec<_> = interfaces
        .iter()
        .filter_map(|binding| {
            let index = binding.oid.strip_prefix(o::IF_PHYS_ADDRESS)?;
            let address: [u8; 6] = value::octets(&binding.value)?.try_into().ok()?;
            let [lead, ..] = address;
            // Not empty, not a group's (IEEE 802: the lowest bit of the first octet).
            let single = address != [0; 6] && lead & 1 == 0;
            single.then_some((index, address, lead & 2 == 0))
        })
        .collect();
    // A locally administered address (Wi-Fi Direct) names the device only where there is no other.
    let burned_in = || found.iter().filter(|(_, _, universal)| *universal);
    let best = burned_in().find(|(index, ..)| type_of(index) == Some(ETHERNET)).or_else(|| burned_in().next());
    best.or(found.first()).map(|(_, address, _)| address.iter().map(|octet| format!("{octet:02x}")).collect())
}

/// The model: the printer's hrDeviceDescr unless the agent's maker never filled it in, then the
/// vendor's object, what sysDescr begins with, and prtGeneralPrinterName, which people rename.
pub fn model(got: &[Binding], known: Option<Known>, printer: &[u32], descr: &str) -> Option<String> {
    let device = get(got, &o::below(o::HR_DEVICE_DESCR, printer)).and_then(value::text);
    let device = device.filter(|device| !device.starts_with("Generic "));
    let vendor = known.into_iter().flat_map(|k| k.vendor.model).filter_map(|oid| value::text(get(got, oid)?));
    let described = descr.split([';', ',']).next().map(|d| {
        let d = d.split(" version ").next().unwrap_or(d);
        d.trim_end_matches(" /P").to_owned()
    });
    let general = first(got, o::GENERAL_NAME).filter_map(value::text);
    let all = device.into_iter().chain(vendor).chain(described).chain(general);
    all.filter(|model| !value::is_filler(model)).find_map(|model| value::label(&model))
}

/// A host name, where sysName is one.
pub fn name(got: &[Binding]) -> Option<String> {
    let name = value::text(get(got, o::SYS_NAME)?)?;
    let host_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= value::LABEL
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    (host_name && !value::is_filler(&name)).then_some(name)
}

/// Where it stands, as somebody wrote it.
pub fn location(got: &[Binding]) -> Option<String> {
    let location = value::text(get(got, o::SYS_LOCATION)?)?;
    (!value::is_filler(&location)).then(|| location.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(index: u32, kind: i32, mac: [u8; 6]) -> [Binding; 2] {
        [
            Binding { oid: o::below(o::IF_TYPE, &[index]), value: SnmpValue::Integer(kind) },
            Binding { oid: o::below(o::IF_PHYS_ADDRESS, &[index]), value: SnmpValue::Octets(mac.to_vec()) },
        ]
    }

    #[test]
    fn the_wired_burned_in_address_is_the_device() {
        let wireless = interface(1, 71, [0x60, 0x6d, 0xc7, 1, 2, 3]);
        let direct = interface(2, 6, [0x62, 0x6d, 0xc7, 1, 2, 3]);
        let wired = interface(3, 6, [0x94, 0x57, 0xa5, 1, 2, 3]);
        let loopback = interface(4, 24, [0; 6]);
        let all = [loopback, wireless.clone(), direct.clone(), wired].concat();
        assert_eq!(mac(&all).as_deref(), Some("9457a5010203"));
        assert_eq!(mac(&[wireless, direct.clone()].concat()).as_deref(), Some("606dc7010203"));
        assert_eq!(mac(&direct).as_deref(), Some("626dc7010203"));
        assert_eq!(mac(&[]), None);
    }

    #[test]
    fn an_implausible_serial_number_gives_way_to_the_next() {
        let hp = crate::vendor::find(Some(&[1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1]), "HP ETHERNET");
        let got =
            [Binding { oid: o::below(o::GENERAL_SERIAL, &[1]), value: SnmpValue::Octets(b"XXXXXXXXXX".to_vec()) }];
        let descr = "HP ETHERNET MULTI-ENVIRONMENT,SN:VNCRC48198,FN:4Q817L4";
        assert_eq!(serial(&got, hp, descr).as_deref(), Some("VNCRC48198"));
        assert_eq!(serial(&got, None, descr), None);
    }
}
