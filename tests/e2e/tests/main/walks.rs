//! Recorded walks of real printers, answered over UDP and read by `bailiwick-collector scan`: none fails, and where
//! another tool read the same recording, serial number, MAC address and model agree.
//!
//! What each field must be, value by value and supply by supply, is tested in `plugins/printer-snmp`; here the whole
//! way through the real programs is.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bailiwick_e2e::collector::scan;
use bailiwick_e2e::{printers, programs};
use serde_json::Value;
use sim_printers::{Model, Simulator, snmprec};

/// Where we and the other tool differ, and who is right: (walk, field, why).
const DIFFERENCES: [(&str, &str, &str); 4] = [
    ("librenms_epson", "model", "ours: hrDeviceDescr says WF-C5790BA; theirs does not stand in the recording"),
    (
        "librenms_jetdirect_m130nw",
        "model",
        "ours: hrDeviceDescr is whole; theirs is HP's own object, which was recorded with a part in hexadecimal",
    ),
    (
        "librenms_samsungprinter_m4080fx",
        "model",
        "ours: hrDeviceDescr says M408x; theirs does not stand in the recording",
    ),
    ("printmaster_brother", "mac", "ours: that interface is up, and its address is in sysName; theirs is down"),
];

/// What GLPI's agent read from a recording.
struct Expected {
    serial: Option<String>,
    mac: Option<String>,
    model: Option<String>,
}

fn expected(xml: &str) -> Expected {
    let info = xml.split_once("<INFO>").and_then(|(_, rest)| rest.split_once("</INFO>")).map_or("", |(info, _)| info);
    let tag = |name: &str| {
        let (_, rest) = info.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.trim().to_owned()).filter(|text| !text.is_empty())
    };
    Expected { serial: tag("SERIAL"), mac: tag("MAC"), model: tag("MODEL") }
}

/// Letters and digits only, lower case: tools differ in spaces, colons and dashes.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[test]
fn every_recorded_walk_is_scanned_and_agrees_with_other_tools() -> Result<()> {
    let Some(recordings) = programs::recordings() else { return Ok(()) };
    let mut walks: Vec<_> = std::fs::read_dir(recordings.join("walks"))?.flatten().map(|entry| entry.path()).collect();
    walks.retain(|path| path.extension().is_some_and(|extension| extension == "snmprec"));
    walks.sort();
    assert!(walks.len() >= 29, "{} walks", walks.len());
    let mut builder = Simulator::builder();
    let mut names = BTreeMap::new();
    for (number, walk) in (1_u8..).zip(&walks) {
        let address = Ipv4Addr::new(127, 24, 0, number);
        builder = builder.printer(address, Model::Recorded(Arc::new(snmprec::load(walk)?.tree)));
        let name = walk.file_stem().context("no name")?.to_string_lossy().into_owned();
        names.insert(address.to_string(), name);
    }
    let simulated = builder.start(0)?;
    let range = format!("127.24.0.1-127.24.0.{}", walks.len());
    let lines = scan(&programs::driver(printers::DRIVER)?, &range, simulated.port(), &[])?;

    let mut wrong = Vec::new();
    let mut compared = 0;
    for (address, name) in &names {
        let Some(line) = lines.iter().find(|line| line.get("address").and_then(Value::as_str) == Some(address)) else {
            wrong.push(format!("{name}: not found"));
            continue;
        };
        let Some(device) = line.get("device") else {
            wrong.push(format!("{name}: {line}"));
            continue;
        };
        let file = recordings.join("expected").join(format!("{name}.glpi.xml"));
        let Ok(xml) = std::fs::read_to_string(file) else { continue };
        let other = expected(&xml);
        let fact =
            |key: &str| bare(device.pointer(&format!("/facts/{key}")).and_then(Value::as_str).unwrap_or_default());
        for (field, theirs) in [("serial", other.serial), ("mac", other.mac), ("model", other.model)] {
            let Some(theirs) = theirs.as_deref().map(bare) else { continue };
            compared += 1;
            let ours = fact(field);
            // One tool puts the maker before the model, the other does not.
            let agree = ours == theirs
                || (field == "model" && !ours.is_empty() && (theirs.contains(&ours) || ours.contains(&theirs)));
            let listed = DIFFERENCES.iter().any(|(walk, of, _)| walk == name && *of == field);
            if agree == listed {
                let note = if listed { ", which is listed as different" } else { "" };
                wrong.push(format!("{name}: {field}: ours {ours:?}, theirs {theirs:?}{note}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 30, "only {compared} fields were compared");
    Ok(())
}
