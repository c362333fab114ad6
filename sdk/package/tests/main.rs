//! What `package` refuses and says, on modules made by hand; drivers are packaged in their own tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use bailiwick_package::{PackageError, build, manifest_of, package};

const MANIFEST: &str = r#"
[driver]
name = "nothing"
version = "0.1.0"
contract = "0.1.0"
title = { en = "Nothing", de = "Nichts", nl = "Niets", fr = "Rien" }
[[identity]]
kind = "serial"
pattern = "[A-Z0-9]{4,24}"
category = "identifier"
"#;

/// A core module's preamble (core specification, 5.5.16), and a component's.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    [&[id, u8::try_from(contents.len()).unwrap()], contents].concat()
}

fn name(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// A module that imports one function without parameters.
fn importing(module: &str, function: &str) -> Vec<u8> {
    let types = section(1, &[1, 0x60, 0, 0]);
    let imports = section(2, &[vec![1], name(module), name(function), vec![0, 0]].concat());
    [MODULE, &types, &imports].concat()
}

#[test]
fn a_foreign_import_is_named() {
    let error = package(&importing("wasi_snapshot_preview1", "clock_time_get"), MANIFEST).unwrap_err();
    assert!(matches!(&error, PackageError::ForeignImport { module, name }
        if module == "wasi_snapshot_preview1" && name == "clock_time_get"));
    assert!(error.to_string().contains("Host::context"), "it says what to use instead: {error}");
    let error = package(&importing("bailiwick:driver/log@0.1.0", "other"), MANIFEST).unwrap_err();
    assert!(matches!(error, PackageError::ForeignImport { .. }), "log has one function");
}

#[test]
fn a_module_without_a_driver_says_how_to_export_one() {
    let error = package(MODULE, MANIFEST).unwrap_err();
    assert!(matches!(error, PackageError::NoExport) && error.to_string().contains("bailiwick_sdk::export!"));
}

#[test]
fn a_component_or_other_bytes_are_no_module() {
    assert!(matches!(package(COMPONENT, MANIFEST), Err(PackageError::AlreadyComponent)));
    assert!(matches!(package(b"#!/bin/sh", MANIFEST), Err(PackageError::Wasm(_))));
}

#[test]
fn a_manifest_that_is_not_whole_is_refused_before_the_module_is_looked_at() {
    assert!(matches!(package(b"", "[driver]"), Err(PackageError::Manifest(_))));
}

/// The folder holds no source, so a compiler that started would fail in its own words.
#[test]
fn a_manifest_is_judged_before_anything_is_compiled_and_each_fault_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"nothing\"").unwrap();
    let broken = MANIFEST.replace("0.1.0", "one").replace("Rien", "Rien\\u202e");
    std::fs::write(folder.path().join("driver.toml"), broken).unwrap();
    let error = build(folder.path(), folder.path()).unwrap_err();
    assert!(matches!(error, PackageError::Manifest(_)), "{error}");
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(why) = cause {
        told = format!("{told}: {why}");
        cause = why.source();
    }
    for fault in ["driver.version: ", "driver.contract: ", "driver.title.fr: "] {
        assert_eq!(told.matches(fault).count(), 1, "{told}");
    }
    assert_eq!(told.matches("(line ").count(), 3, "{told}");
}

#[test]
fn the_manifest_is_read_from_the_component_itself_and_only_once() {
    let with = |text: &str| section(0, &[name("bailiwick:manifest"), text.as_bytes().to_vec()].concat());
    let one = [COMPONENT, &with("a = 1")].concat();
    assert_eq!(manifest_of(&one).unwrap(), "a = 1");
    let two = [one.as_slice(), &with("b = 2")].concat();
    assert!(matches!(manifest_of(&two), Err(PackageError::TwoManifests)));
    assert!(matches!(manifest_of(COMPONENT), Err(PackageError::NoManifest)));
    assert!(matches!(manifest_of(&[MODULE, &with("a = 1")].concat()), Err(PackageError::NotComponent)));
    // One in a module that is nested in the component is not the component's.
    let nested = section(1, &[MODULE, &with("c = 3")].concat());
    assert!(matches!(manifest_of(&[COMPONENT, &nested].concat()), Err(PackageError::NoManifest)));
    let bad = section(0, &[name("bailiwick:manifest"), vec![0xff]].concat());
    assert!(matches!(manifest_of(&[COMPONENT, &bad].concat()), Err(PackageError::ManifestEncoding)));
}

#[test]
fn a_folder_without_a_driver_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = build(folder.path(), folder.path()).unwrap_err();
    assert!(error.to_string().contains("driver.toml"), "{error}");
    std::fs::write(folder.path().join("driver.toml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), "[workspace]").unwrap();
    assert!(matches!(build(folder.path(), folder.path()), Err(PackageError::NoName { .. })));
}
