//! The `scan` command, as someone uses it who has no server.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;
use sim_printers::{Model, Simulator, World};

use crate::{
    enrolling::collector,
    site::{component, printers},
};

fn driver(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("printer-snmp.wasm");
    std::fs::write(&path, component()).unwrap();
    path
}

#[test]
fn each_device_is_one_line_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let printers = printers(Ipv4Addr::new(127, 50, 0, 1), 6);
    let output =
        collector(&["scan", "--json", "--range", "127.50.0.0/28", "--port", &printers.port().to_string(), "--driver"])
            .arg(driver(&folder))
            .output()
            .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6, "{text}");
    for line in &lines {
        assert!(line["device"]["facts"].is_object(), "{line}");
        assert!(line["device"]["readings"].is_array(), "{line}");
        assert!(line["device"]["conditions"].is_array(), "{line}");
    }
    // a label printer counts metres of tape and no pages
    let counting = lines.iter().filter(|line| line["device"]["readings"].as_array().is_some_and(|r| !r.is_empty()));
    assert!(counting.count() >= 4, "{text}");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("14 addresses asked") && errors.contains("6 answered, 6 devices read"), "{errors}");
}

#[test]
fn communities_are_tried_in_order_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let printers = printers(Ipv4Addr::new(127, 51, 0, 1), 1);
    let output =
        collector(&["scan", "--json", "--range", "127.51.0.1", "--community", "hush-hush", "--community", "public"])
            .args(["--timeout-ms", "200", "--port", &printers.port().to_string(), "--driver"])
            .arg(driver(&folder))
            .env("BAILIWICK_LOG", "bailiwick_collector=trace,bailiwick_snmp=trace,bailiwick_runtime=trace")
            .output()
            .unwrap();
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out.lines().count(), 1, "{errors}");
    assert!(!out.contains("hush") && !errors.contains("hush"), "{errors}");
}

#[test]
fn wrong_arguments_say_what_is_wrong_and_send_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let driver = driver(&folder);
    for (range, says) in [
        ("8.8.8.0/24", "range_"),
        ("224.0.0.1", "range_"),
        ("10.0.0.0/33", "range_"),
        ("10.0.0.9-10.0.0.1", "range_"),
        ("10.0.0.0/8", "range_"),
    ] {
        let output = collector(&["scan", "--range", range, "--driver"]).arg(&driver).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{range}: {errors}");
        assert!(errors.contains(says) && errors.contains(range), "{range}: {errors}");
    }
    std::fs::write(&driver, b"\0asm no component").unwrap();
    let output = collector(&["scan", "--range", "127.0.0.1", "--driver"]).arg(&driver).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("printer-snmp.wasm"), "{errors}");
}

/// The runtime's hostile driver, as one that wants every device before all others; its polls fail in the way that the
/// first word of sysDescr says.
fn hostile(folder: &tempfile::TempDir) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/tests/hostile");
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let module = std::fs::read(bailiwick_package::module(&source, &target).unwrap()).unwrap();
    let manifest = std::fs::read_to_string(source.join("driver.toml")).unwrap();
    let first = manifest.replace("priority = 10", "priority = 100");
    assert_ne!(first, manifest);
    let path = folder.path().join("hostile.wasm");
    std::fs::write(&path, bailiwick_package::package(&module, &first).unwrap()).unwrap();
    path
}

const WAYS_TO_FAIL: [&str; 6] = ["trap", "loop", "violate", "refuse", "stranger", "steps"];

/// One printer for each way to fail.
fn misread_printers(first: Ipv4Addr) -> sim_printers::SimulatorHandle {
    let walk = include_str!("../../../../plugins/printer-snmp/fixtures/color-laser.snmprec");
    let mut simulator = Simulator::builder().world(World::manual());
    for (i, way) in WAYS_TO_FAIL.into_iter().enumerate() {
        let described: Vec<String> = walk
            .lines()
            .map(|line| match line.strip_prefix("1.3.6.1.2.1.1.1.0|4|") {
                Some(descr) => format!("1.3.6.1.2.1.1.1.0|4|{way} {descr}"),
                None => line.to_owned(),
            })
            .collect();
        let tree = sim_printers::snmprec::parse(described.join("\n").as_bytes()).tree;
        let address = Ipv4Addr::from(u32::from(first) + u32::try_from(i).unwrap());
        simulator = simulator.printer(address, Model::Recorded(Arc::new(tree)));
    }
    simulator.start(0).unwrap()
}

#[test]
fn no_failure_of_one_driver_hides_a_device_from_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let printers = misread_printers(Ipv4Addr::new(127, 52, 0, 1));
    let scan = |drivers: &[PathBuf]| {
        let mut command = collector(&["scan", "--json", "--range", "127.52.0.0/28", "--port"]);
        command.arg(printers.port().to_string());
        for driver in drivers {
            command.arg("--driver").arg(driver);
        }
        let output = command.output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        (lines.lines().map(read).collect::<Vec<Value>>(), errors)
    };
    let (lines, errors) = scan(&[hostile(&folder), driver(&folder)]);
    assert_eq!(lines.len(), WAYS_TO_FAIL.len(), "{errors}");
    for line in &lines {
        assert_eq!(line["driver"]["name"], "printer-snmp", "{line}");
        assert_eq!(line["device"]["identity"]["serial"], "CP4-0012345", "{line}");
    }
    // alone, each failure is told, and a panic with its place
    let (lines, errors) = scan(&[hostile(&folder)]);
    let mut codes: Vec<&str> = lines.iter().filter_map(|line| line["error"]["code"].as_str()).collect();
    codes.sort_unstable();
    // asking without end is over the limit of steps, or of waiting
    let codes: Vec<&str> = codes.into_iter().filter(|code| !matches!(*code, "limit" | "waited")).collect();
    assert_eq!(codes, ["as_told", "not_hostile", "trap", "trap", "violation"], "{lines:?}");
    assert_eq!(lines.len(), WAYS_TO_FAIL.len());
    let place = "panicked at host/runtime/tests/hostile/src/lib.rs:";
    let told = lines.iter().filter_map(|line| line["error"]["detail"].as_str()).any(|detail| {
        detail.contains(place)
            || detail.contains("panicked at src/lib.rs:")
            || detail.contains("panicked at ./src/lib.rs:")
    });
    assert!(told, "{lines:?}");
    assert!(errors.contains("a driver panics"), "{errors}");
}

#[test]
fn what_a_server_would_refuse_the_scan_refuses_too() {
    let folder = tempfile::tempdir().unwrap();
    let printers = misread_printers(Ipv4Addr::new(127, 53, 0, 1));
    // the printer driver without the identity kind by which an address suffices, asked for a device that tells no other
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/printer-snmp");
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let module = std::fs::read(bailiwick_package::module(&plugin, &target).unwrap()).unwrap();
    let manifest = std::fs::read_to_string(plugin.join("driver.toml")).unwrap();
    let strict =
        manifest.replace("kind = \"address\"", "kind = \"asset\"").replace("identity:address", "identity:asset");
    let path = folder.path().join("strict.wasm");
    std::fs::write(&path, bailiwick_package::package(&module, &strict).unwrap()).unwrap();
    let scan = |port: u16, range: &str| {
        let output = collector(&["scan", "--json", "--range", range, "--port", &port.to_string(), "--driver"])
            .arg(&path)
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert!(scan(printers.port(), "127.53.0.1")["device"].is_object(), "it tells its serial number");
    let walk = include_str!("../../../../plugins/printer-snmp/fixtures/color-laser.snmprec");
    let nameless: Vec<&str> = walk
        .lines()
        .filter(|line| !line.starts_with("1.3.6.1.2.1.43.5.1.1.17.") && !line.starts_with("1.3.6.1.2.1.2.2.1.6."))
        .collect();
    let tree = sim_printers::snmprec::parse(nameless.join("\n").as_bytes()).tree;
    let silent = Simulator::builder()
        .world(World::manual())
        .printer(Ipv4Addr::new(127, 53, 0, 9), Model::Recorded(Arc::new(tree)))
        .start(0)
        .unwrap();
    assert_eq!(scan(silent.port(), "127.53.0.9")["error"]["code"], "identity_missing");
}
