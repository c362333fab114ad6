//! The `scan` command, as someone uses it who has no server.

use std::{net::Ipv4Addr, path::PathBuf};

use serde_json::Value;

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
