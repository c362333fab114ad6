//! The statements in the source: where they stand, and that each has a bind.
//!
//! A statement without a bind may be planned once for all; under a policy that plan is one for another scope
//! (`plan_cache_mode` speaks of statements with parameters). So every one has a bind, but those that no policy
//! narrows, which are listed with the reason.

use std::path::{Path, PathBuf};

/// Statements without a bind, by the file and a part of their text.
const WITHOUT_BIND: [(&str, &str, &str); 4] = [
    (
        "host/devices/src/drivers/store.rs",
        "installed_at, active from drivers",
        "installed for the platform: the same for everyone",
    ),
    ("tenants/audit/src/store.rs", "pg_try_advisory_xact_lock", "of no table"),
    ("tenants/audit/src/store.rs", "from audit_seals order by number desc", "of the sealer, whom no policy narrows"),
    ("tenants/audit/src/store.rs", "pg_snapshot_xmin", "of no table"),
];

/// Files with SQL that are not called `store.rs`.
const ELSEWHERE: [(&str, &str); 3] = [
    ("host/devices/src/devices/list.rs", "the store of the device list: filters, orders and keyset"),
    ("host/devices/src/ingest/write.rs", "the store of what a report changes"),
    ("host/server/src/operators/names.rs", "one statement that several lists share"),
];

const BEGINNINGS: [&str; 5] =
    ["sqlx::query(", "sqlx::query_as(", "sqlx::query_scalar(", "sqlx::query_as::<", "sqlx::query_scalar::<"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Name and text of every source file of the crates that reach the database, but the store itself: it has no tables.
fn files() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for part in ["host", "tenants"] {
        for entry in std::fs::read_dir(root.join(part)).unwrap().flatten() {
            let source = entry.path().join("src");
            if source.is_dir() && entry.file_name() != "store" {
                sources(&source, &mut found);
            }
        }
    }
    found.sort();
    let name = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Each statement, from its call to where it is sent.
fn statements(text: &str) -> Vec<String> {
    let mut begins: Vec<usize> =
        BEGINNINGS.iter().flat_map(|begin| text.match_indices(begin)).map(|(at, _)| at).collect();
    begins.sort_unstable();
    let until_sent = |at: usize| {
        let rest = &text[at..];
        rest[..rest.find(".await").unwrap_or(rest.len())].to_owned()
    };
    begins.into_iter().map(until_sent).collect()
}

#[test]
fn sql_stands_in_stores() {
    let mut elsewhere = Vec::new();
    for (name, text) in files() {
        let sql = !statements(&text).is_empty() || text.contains("QueryBuilder::new") || text.contains("raw_sql(");
        if sql && !name.ends_with("/store.rs") {
            elsewhere.push(name);
        }
    }
    assert_eq!(elsewhere, ELSEWHERE.map(|(name, _)| name));
}

#[test]
fn every_statement_has_a_bind() {
    let (mut looked_at, mut without) = (0, Vec::new());
    for (name, text) in files() {
        for statement in statements(&text) {
            looked_at += 1;
            let listed = |(file, part, _): &(&str, &str, &str)| *file == name && statement.contains(part);
            if !statement.contains(".bind(") && !WITHOUT_BIND.iter().any(listed) {
                without.push(format!("{name}: {statement}"));
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
    assert!(without.is_empty(), "{without:#?}");
}

/// What is put together at run time has at least its limit as a bind, and only `Scope` sends texts as they are.
#[test]
fn statements_put_together_have_a_bind_too() {
    for (name, text) in files() {
        assert!(!text.contains("QueryBuilder::new") || text.contains(".push_bind("), "{name}");
        assert!(!text.contains("raw_sql("), "{name}: several statements at once have no binds");
    }
}

/// The list of exceptions holds nothing that is gone.
#[test]
fn every_exception_is_there() {
    let files = files();
    for (file, part, reason) in WITHOUT_BIND {
        let (_, text) = files.iter().find(|(name, _)| name == file).unwrap();
        assert!(statements(text).iter().any(|s| s.contains(part) && !s.contains(".bind(")), "{file}: {part}: {reason}");
    }
}
