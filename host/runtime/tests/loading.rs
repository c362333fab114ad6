use bailiwick_runtime::{LoadError, Runtime, RuntimeConfig, inspect};

use crate::support::*;

fn leb(mut n: usize) -> Vec<u8> {
    let mut out = vec![];
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// A custom section: id 0, its length, its name's length, its name, its data.
fn section(name: &str, data: &[u8]) -> Vec<u8> {
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

/// A component around one module of `functions` that do nothing, `bytes` each.
fn with_code(modules: usize, functions: usize, bytes: usize) -> Vec<u8> {
    let section = |id: u8, contents: Vec<u8>| [vec![id], leb(contents.len()), contents].concat();
    let body = [vec![0], vec![0x01; bytes - 2], vec![0x0b]].concat();
    let types = section(1, vec![1, 0x60, 0, 0]);
    let declared = section(3, [leb(functions), vec![0; functions]].concat());
    let bodies = [leb(body.len()), body].concat().repeat(functions);
    let code = section(10, [leb(functions), bodies].concat());
    let module = [MODULE.to_vec(), types, declared, code].concat();
    let manifest = self::section("bailiwick:manifest", MANIFEST.as_bytes());
    [COMPONENT.to_vec(), section(1, module).repeat(modules), manifest].concat()
}

#[test]
fn more_code_than_may_be_compiled_is_refused_before_it_is() {
    use bailiwick_runtime::{MAX_CODE_BYTES, MAX_FUNCTION_BYTES, MAX_FUNCTIONS, MAX_MODULES};
    for (modules, functions, bytes, what) in [
        (1, 1, MAX_FUNCTION_BYTES + 1, Some("bytes in one function")),
        (1, MAX_FUNCTIONS + 1, 2, Some("functions")),
        (2, MAX_FUNCTIONS / 2 + 1, 2, Some("functions")),
        (1, MAX_CODE_BYTES / 1_024 + 1, 1_024, Some("bytes of code")),
        (4, MAX_CODE_BYTES / 4_096 + 1, 1_024, Some("bytes of code")),
        (MAX_MODULES + 1, 1, 2, Some("modules")),
        (MAX_MODULES, MAX_FUNCTIONS / MAX_MODULES, 2, None),
        (1, MAX_CODE_BYTES / MAX_FUNCTION_BYTES, MAX_FUNCTION_BYTES, None),
    ] {
        match (inspect(&with_code(modules, functions, bytes)).unwrap_err(), what) {
            (LoadError::TooMuchCode { what: found, .. }, Some(what)) => assert_eq!(found, what),
            (LoadError::Export(_), None) => {}
            (other, _) => panic!("{modules} x {functions} x {bytes}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_loaded_or_refused_is_counted() {
    let registry = prometheus::Registry::new();
    let runtime = Runtime::new(bailiwick_runtime::RuntimeConfig { registry: Some(registry.clone()), ..config() });
    let runtime = runtime.unwrap();
    assert!(runtime.load(component()).await.is_ok());
    assert!(runtime.load(&with_code(9, 1, 2)).await.is_err());
    let families = registry.gather();
    let loads = families.iter().find(|f| f.name() == "bailiwick_driver_loads_total").unwrap();
    let count = |result: &str| {
        let found = loads.get_metric().iter().find(|m| m.get_label().iter().any(|l| l.value() == result));
        found.map(|metric| metric.get_counter().get_value())
    };
    assert_eq!((count("loaded"), count("driver_too_much_code")), (Some(1.0), Some(1.0)));
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

fn figure(registry: &prometheus::Registry, name: &str) -> f64 {
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == name).unwrap();
    let metric = family.get_metric().first().unwrap();
    // of the two the one that it is not is 0
    metric.get_counter().get_value() + metric.get_gauge().get_value()
}

/// Attack: uploads whose callers hang up, so that each leaves a compilation behind.
#[tokio::test]
async fn loads_that_are_given_up_never_stack_compilations() {
    let registry = prometheus::Registry::new();
    let config = RuntimeConfig { registry: Some(registry.clone()), loads_waiting: 3, ..config() };
    let runtime = Runtime::new(config).unwrap();
    let load = || {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.load(component()).await.map(drop) })
    };
    let first = load();
    while figure(&registry, "bailiwick_driver_compiling") < 1.0 {
        tokio::task::yield_now().await;
    }
    let waiting: Vec<_> = (0..3).map(|_| load()).collect();
    tokio::task::yield_now().await;
    assert!(matches!(runtime.load(component()).await, Err(LoadError::Busy)), "three wait already");
    // everybody hangs up while the first compiles
    for gone in waiting.iter().chain([&first]) {
        gone.abort();
    }
    tokio::task::yield_now().await;
    let last = load();
    while !last.is_finished() {
        assert!(figure(&registry, "bailiwick_driver_compiling") <= 1.0, "one at a time");
        tokio::task::yield_now().await;
    }
    last.await.unwrap().unwrap();
    // the first, whose caller is gone, and the last; none of those that waited
    assert!(figure(&registry, "bailiwick_driver_compilations_total") <= 2.0);
}
