//! What each check finds, and that it finds nothing where there is nothing.

use serde_json::json;

use super::*;

/// One package of our own that needs `a` and `b`, of which `b` needs an older `a`.
fn metadata() -> Metadata {
    let root = workspace::root().join("x/Cargo.toml");
    let registry = "registry+https://example.org/index";
    let package = |id: &str, name: &str, version: &str, license: &str| {
        json!({ "id": id, "name": name, "version": version, "license": license, "source": registry,
                "manifest_path": "/elsewhere/Cargo.toml", "dependencies": [], "metadata": null })
    };
    let mut own = package("own", "own", "0.1.0", "MIT");
    own["source"] = Value::Null;
    own["manifest_path"] = json!(root);
    let node = |id: &str, deps: &[&str]| json!({ "id": id, "deps": deps.iter().map(|dep| json!({ "pkg": dep })).collect::<Vec<_>>() });
    let all = json!({
        "packages": [own, package("a2", "a", "2.1.0", "MIT"), package("a1", "a", "1.0.3", "MIT"),
                     package("b1", "b", "1.0.0", "GPL-3.0 OR Zlib")],
        "resolve": { "nodes": [node("own", &["a2", "b1"]), node("a2", &[]), node("a1", &[]), node("b1", &["a1"])] }
    });
    Metadata::read(&all).unwrap()
}

fn policy(skip: &str, tree: &str) -> toml::Table {
    format!(
        "licenses.allow = ['MIT', 'Zlib']\nsources.allow-registry = ['https://example.org/index']\n\
         bans.skip = [{skip}]\nbans.skip-tree = [{tree}]"
    )
    .parse()
    .unwrap()
}

#[test]
fn two_generations_need_an_exception_with_a_reason() {
    let (metadata, none) = (metadata(), policy("", ""));
    assert_eq!(duplicates(&metadata, &none).unwrap().len(), 1);
    for (skip, tree) in [("{ crate = 'a@1', reason = 'b' }", ""), ("", "{ crate = 'b@1.0', reason = 'old' }")] {
        assert!(duplicates(&metadata, &policy(skip, tree)).unwrap().is_empty(), "{skip} {tree}");
    }
    for unreasoned in ["{ crate = 'a@1' }", "{ crate = 'a@1', reason = ' ' }", "{ crate = 'a', reason = 'x' }"] {
        assert!(duplicates(&metadata, &policy(unreasoned, "")).is_err(), "{unreasoned}");
    }
    // `1` is no beginning of `10`, and what nothing needs any more is told
    let idle =
        duplicates(&metadata, &policy("{ crate = 'a@1', reason = 'b' }, { crate = 'a@1.0.30', reason = 'c' }", ""));
    assert_eq!(idle.unwrap().len(), 1);
}

#[test]
fn licences_and_sources_are_those_of_the_lists() {
    let metadata = metadata();
    assert!(licenses(&metadata, &policy("", "")).unwrap().is_empty());
    assert!(sources(&metadata, &policy("", "")).unwrap().is_empty());
    let stricter: toml::Table = "licenses.allow = ['MIT', 'ISC']\nsources.allow-registry = []".parse().unwrap();
    let wrong = licenses(&metadata, &stricter).unwrap();
    assert!(wrong.iter().any(|line| line.starts_with("b 1.0.0")) && wrong.iter().any(|line| line.contains("ISC")));
    assert_eq!(sources(&metadata, &stricter).unwrap().len(), 3, "all but our own");
}
