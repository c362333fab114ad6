use bailiwick_runtime::{LoadError, Runtime, inspect};

use crate::support::*;

/// A custom section: id 0, its length, its name's length, its name, its data.
fn section(name: &str, data: &[u8]) -> Vec<u8> {
    let leb = |mut n: usize| {
        let mut out = vec![];
        while n >= 0x80 {
            out.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    };
    let inner = [leb(name.len()), name.as_bytes().to_vec(), data.to_vec()].concat();
    [vec![0], leb(inner.len()), inner].concat()
}

const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const MANIFEST: &str = include_str!("hostile/driver.toml");

fn with(sections: &[Vec<u8>]) -> Vec<u8> {
    [COMPONENT.to_vec(), sections.concat()].concat()
}

/// An import of an empty instance under this name: a type section with an empty instance type, then
/// the import.
fn import(name: &str) -> Vec<u8> {
    let types = [7, 3, 1, 0x42, 0].to_vec();
    let inner = [vec![1, 0, name.len() as u8], name.as_bytes().to_vec(), vec![5, 0]].concat();
    [types, vec![10, inner.len() as u8], inner].concat()
}

fn code(component: &[u8]) -> &'static str {
    inspect(component).map(|_| ()).unwrap_err().code()
}

#[test]
fn what_is_no_driver_is_refused_before_it_is_compiled() {
    let manifest = section("bailiwick:manifest", MANIFEST.as_bytes());
    assert_eq!(code(b""), "driver_malformed");
    assert_eq!(code(b"not wasm at all"), "driver_malformed");
    assert_eq!(code(&MODULE), "driver_malformed");
    assert_eq!(code(&COMPONENT), "manifest_missing");
    assert_eq!(code(&with(&[manifest.clone(), manifest.clone()])), "manifest_missing", "which of the two?");
    assert_eq!(code(&with(&[section("bailiwick:manifest", b"\xff")])), "manifest_not_text");
    assert_eq!(code(&with(&[section("bailiwick:manifest", b"garbage")])), "manifest_invalid");
    assert_eq!(code(&with(&[section("bailiwick:manifest", &vec![b' '; 300 << 10])])), "manifest_not_text");
    assert_eq!(code(&with(std::slice::from_ref(&manifest))), "export_missing");
    let mut wasi = with(&[import("wasi:clocks/wall-clock@0.2.0"), manifest]);
    match inspect(&wasi) {
        Err(LoadError::Import(name)) => assert_eq!(name, "wasi:clocks/wall-clock@0.2.0"),
        other => panic!("{other:?}"),
    }
    wasi.truncate(40);
    assert_eq!(code(&wasi), "driver_malformed");
}

#[test]
fn no_truncation_or_flipped_byte_makes_inspection_panic() {
    let good = component();
    assert_eq!(inspect(good).unwrap().0.driver.name, "hostile");
    for end in (0..good.len()).step_by(997) {
        assert!(inspect(&good[..end]).is_err(), "cut at {end}");
    }
    for at in (0..good.len()).step_by(1_009) {
        let mut bad = good.to_vec();
        bad[at] ^= 0x41;
        if let Ok((_, digest)) = inspect(&bad) {
            assert_ne!(digest, inspect(good).unwrap().1);
        }
    }
}

#[tokio::test]
async fn the_same_bytes_are_the_same_driver_while_it_lives() {
    let runtime = Runtime::new(config()).unwrap();
    let (a, b) = (runtime.load(component()).await.unwrap(), runtime.load(component()).await.unwrap());
    assert_eq!(a.digest(), b.digest());
    assert_eq!(a.digest().len(), 64);
    assert!(frame(&a, account(1), Attack::None, b"").await.is_ok());
}
