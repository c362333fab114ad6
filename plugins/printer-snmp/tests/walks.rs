//! Every recorded walk of a real printer, held against what two other tools read from it.
//!
//! The recordings are not part of the project; the test says so and passes where they are absent.

use std::{collections::BTreeMap, fs, path::PathBuf};

use bailiwick_contract::exchange::Transcript;
use bailiwick_testkit::{SnmprecTarget, agree, poll};
use printer_snmp::PrinterSnmp;
use serde_json::Value;

use crate::{cell, fact, folder, reading, sandbox, table};

/// Where another tool's answer is wrong, or says less: (walk, what, its answer, why ours is right).
const DISAGREE: [(&str, &str, &str, &str); 5] = [
    (
        "librenms_epson",
        "glpi model",
        "Stylus OfficeBX525WD-66FFF5",
        "stands nowhere in the walk: a name of its own list, by sysObjectID; hrDeviceDescr says WF-C5790BA",
    ),
    (
        "librenms_jetdirect_m130nw",
        "glpi model",
        "HP LaserJet MF50 20 4D 31 33 30 6E 77",
        "HP's own object was recorded with a part of it as hexadecimal text; hrDeviceDescr is whole",
    ),
    (
        "librenms_samsungprinter_m4080fx",
        "glpi model",
        "X4220RX",
        "stands nowhere in the walk: a name of its own list, by sysObjectID; sysDescr says M4080FX",
    ),
    (
        "librenms_zebra",
        "librenms serial",
        "7062184",
        "the print server's (683.1.5); the printer's own is 37J162600538, as the other tool says too",
    ),
    (
        "printmaster_brother",
        "glpi mac",
        "3c2af410d278",
        "an interface that is down, and ipAdEntIfIndex names wrongly; ours is up and stands in sysName",
    ),
];

fn recordings() -> Option<PathBuf> {
    let shared = folder().join("../../../shared/fixtures/printers");
    if shared.join("walks").is_dir() {
        return Some(shared);
    }
    println!("skipped: no recorded walks at {}", shared.display());
    None
}

#[tokio::test]
async fn every_walk_is_polled_and_agrees_with_other_tools() {
    let Some(shared) = recordings() else { return };
    let sandbox = sandbox().await;
    let mut walks: Vec<_> = fs::read_dir(shared.join("walks")).unwrap().map(|e| e.unwrap().path()).collect();
    walks.sort();
    assert!(!walks.is_empty());
    let mut wrong = Vec::new();
    let (mut excused, mut damaged) = (0, 0);
    for path in walks {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (walk, corrupt) = parse(&fs::read_to_string(&path).unwrap());
        damaged += corrupt;
        let (context, input) = poll("192.0.2.1", &walk);
        let transcript = match agree::<PrinterSnmp>(&sandbox, &context, &input, &walk).await {
            Ok(transcript) => transcript,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        sandbox.survives_denial(&context, &input, &walk).await.unwrap();
        if let bailiwick_contract::exchange::End::Refused(refusal) = &transcript.end {
            wrong.push(format!("{name}: refused {}", refusal.code));
            continue;
        }
        let asks: usize = transcript.rounds.iter().map(|round| round.asks.len()).sum();
        println!("{name}: {} rounds, {asks} asks, {:?}", transcript.rounds.len(), fact(&transcript, "model"));
        let mut differ = glpi(&shared, &name, &transcript);
        differ.extend(librenms(&shared, &name, &transcript));
        for (what, theirs, ours) in differ {
            match DISAGREE
                .iter()
                .find(|(walk, w, t, _)| (*walk, *w, *t) == (name.as_str(), what.as_str(), theirs.as_str()))
            {
                Some(_) => excused += 1,
                None => wrong.push(format!("{name}: {what} is {theirs} for another tool, {ours:?} for us")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(damaged, 1, "one line of the recordings is damaged: a counter that reads 6git3159");
    assert_eq!(excused, DISAGREE.len(), "an excuse that nothing needs any more");
}

/// A walk without its damaged lines, and how many those are.
fn parse(text: &str) -> (SnmprecTarget, usize) {
    let (good, bad): (Vec<_>, Vec<_>) = text.lines().partition(|line| SnmprecTarget::parse(line).is_ok());
    (SnmprecTarget::parse(&good.join("\n")).unwrap(), bad.len())
}

/// What differs: (what, theirs, ours).
type Differences = Vec<(String, String, Option<String>)>;

fn compare(to: &mut Differences, what: &str, theirs: Option<String>, ours: Option<String>) {
    if let Some(theirs) = theirs.filter(|text| !text.is_empty())
        && ours.as_ref() != Some(&theirs)
    {
        to.push((what.to_owned(), theirs, ours));
    }
}

/// Levels may differ by one: one tool rounds, another cuts off.
fn compare_level(to: &mut Differences, what: &str, theirs: i64, ours: Option<String>) {
    let near = ours.as_ref().and_then(|n| n.parse::<i64>().ok()).is_some_and(|n| (n - theirs).abs() <= 1);
    if !near {
        to.push((what.to_owned(), theirs.to_string(), ours));
    }
}

fn glpi(shared: &std::path::Path, name: &str, transcript: &Transcript) -> Differences {
    let mut differ = Vec::new();
    let Ok(xml) = fs::read_to_string(shared.join(format!("expected/{name}.glpi.xml"))) else { return differ };
    let device = xml.split("<PORTS>").next().unwrap();
    let value = |tag: &str| {
        let (_, rest) = device.split_once(&format!("<{tag}>"))?;
        rest.split('<').next().map(str::to_owned)
    };
    compare(&mut differ, "glpi serial", value("SERIAL"), fact(transcript, "serial"));
    compare(&mut differ, "glpi mac", value("MAC").map(|mac| mac.replace(':', "")), fact(transcript, "mac"));
    compare(&mut differ, "glpi model", value("MODEL"), fact(transcript, "model"));
    if let Some(total) = value("TOTAL") {
        let ours = ["pages", "vendor_pages"].map(|meter| reading(transcript, meter).map(|n| n.to_string()));
        if !ours.contains(&Some(total.clone())) {
            differ.push(("glpi total".into(), total, ours.into_iter().flatten().next()));
        }
    }
    let colors = BTreeMap::from([("BLACK", "black"), ("CYAN", "cyan"), ("MAGENTA", "magenta"), ("YELLOW", "yellow")]);
    let supplies = table(transcript, "supplies");
    for (prefix, kind) in [("TONER", "toner"), ("DRUM", "drum"), ("CARTRIDGE", "ink")] {
        for (suffix, color) in &colors {
            let Some(theirs) = value(&format!("{prefix}{suffix}")).and_then(|n| n.parse::<i64>().ok()) else {
                continue;
            };
            let same = supplies.rows.iter().map(|row| row.key.as_str()).filter(|key| {
                let of = |column| cell(supplies, key, column);
                // A device with one drum does not say its colour.
                of("type").as_deref() == Some(kind) && of("color").is_none_or(|ours| ours == *color)
            });
            let ours: Vec<_> = same.map(|key| cell(supplies, key, "percent")).collect();
            let near = |n: &Option<String>| {
                n.as_ref().and_then(|n| n.parse::<i64>().ok()).is_some_and(|n| (n - theirs).abs() <= 1)
            };
            if !ours.iter().any(near) {
                differ.push((format!("glpi {prefix}{suffix}"), theirs.to_string(), Some(format!("{ours:?}"))));
            }
        }
    }
    differ
}

fn librenms(shared: &std::path::Path, name: &str, transcript: &Transcript) -> Differences {
    let mut differ = Vec::new();
    let Ok(json) = fs::read_to_string(shared.join(format!("expected/{name}.json"))) else { return differ };
    let json: Value = serde_json::from_str(&json).unwrap();
    // Where polling changes nothing it says "matches discovery" in the poller's place.
    let part = |module: &str| {
        let polled = json.get(module).and_then(|m| m.get("poller")).filter(|p| p.is_object());
        polled.or_else(|| json.get(module).and_then(|m| m.get("discovery"))).cloned().unwrap_or_default()
    };
    let serial = part("os").pointer("/devices/0/serial").and_then(Value::as_str).map(str::to_owned);
    compare(&mut differ, "librenms serial", serial, fact(transcript, "serial"));
    let supplies = table(transcript, "supplies");
    for row in part("printer-supplies").get("printer_supplies").and_then(Value::as_array).into_iter().flatten() {
        let oid = row.get("supply_oid").and_then(Value::as_str).unwrap_or_default();
        let (Some(index), Some(level)) =
            (oid.strip_prefix(".1.3.6.1.2.1.43.11.1.1.9."), row.get("supply_current").and_then(Value::as_i64))
        else {
            continue;
        };
        // It stores 50 for -3 ('some remains'), which RFC 3805 does not let anyone read as a percentage.
        if level == 50 && cell(supplies, index, "state").as_deref() == Some("some_left") {
            assert_eq!(cell(supplies, index, "percent"), None);
            continue;
        }
        compare_level(&mut differ, &format!("librenms supply {index}"), level, cell(supplies, index, "percent"));
    }
    differ
}
