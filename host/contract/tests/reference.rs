//! docs/manifest.md against the types of a manifest.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::{collections::BTreeMap, fs, path::Path};

use bailiwick_contract::manifest::{Limits, Pattern};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn reference() -> String {
    fs::read_to_string(folder().join("../../docs/manifest.md")).unwrap()
}

/// Every key that can stand in `driver.toml`, with the type that has it: the fields of all types of the manifest that are
/// read from it, and the names of variants.
fn keys() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    for entry in fs::read_dir(folder().join("src/manifest")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            read(&fs::read_to_string(&path).unwrap(), &mut keys);
        }
    }
    keys
}

/// Types are told by their `derive`, which rustfmt writes on one line; fields by their indent.
fn read(source: &str, keys: &mut BTreeMap<String, String>) {
    let (mut derived, mut rename) = (false, None);
    let mut of: Option<(String, bool)> = None;
    for line in source.lines() {
        if line.starts_with("#[derive(") {
            derived = line.contains("Deserialize");
        } else if let Some(rest) = line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum ")) {
            let name = rest.split([' ', '{', '(', ';']).next().unwrap().to_owned();
            of = (derived && !rest.ends_with(';')).then_some((name, line.starts_with("pub enum ")));
        } else if line.starts_with('}') {
            (of, derived) = (None, false);
        } else if let Some((name, is_enum)) = &of {
            let text = line.trim();
            if let Some((_, renamed)) = text.split_once("rename = \"") {
                rename = renamed.split('"').next().map(str::to_owned);
            }
            if text.starts_with("//") || text.starts_with('#') {
                continue;
            }
            let public = text.strip_prefix("pub ");
            let field = public.or((*is_enum).then_some(text)).and_then(|text| {
                let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
                let (word, rest) = text.split_at(end);
                let variant = word.starts_with(|c: char| c.is_ascii_uppercase());
                let is_field = rest.starts_with(": ") && !variant;
                let is_variant = *is_enum && variant && rest.starts_with([',', ' ', '(']);
                (is_field || is_variant).then(|| if variant { snake(word) } else { word.to_owned() })
            });
            if let Some(field) = field {
                keys.insert(rename.take().unwrap_or(field), name.clone());
            }
        }
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[test]
fn every_key_of_the_types_is_in_the_reference() {
    let (keys, reference) = (keys(), reference());
    for known in ["not_mine", "row_key", "sys_object_id", "retention_days", "device_certificate", "max", "match"] {
        assert!(keys.contains_key(known), "the test does not see '{known}': {keys:?}");
    }
    let missing: Vec<_> = keys
        .iter()
        .filter(|(key, _)| {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !reference.split(|c: char| !word(c)).any(|found| found == key.as_str())
        })
        .collect();
    assert!(missing.is_empty(), "docs/manifest.md lacks {missing:?}");
}

/// A row of a table as its cells, without the backticks.
fn rows(reference: &str) -> impl Iterator<Item = Vec<String>> {
    reference.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells = line.replace("\\|", "\u{1}");
        let cells = cells.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').replace('\u{1}', "|"));
        cells.collect()
    })
}

#[test]
fn the_figures_of_the_reference_are_those_of_the_host() {
    let reference = reference();
    let bounds = |limits: Limits| serde_json::to_value(limits).unwrap();
    let (usual, most) = (bounds(Limits::default()), bounds(Limits::HOST));
    let number = |text: &str| {
        let digits: u64 = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
        if text.ends_with("MiB") { digits << 20 } else { digits }
    };
    let (mut limits, mut patterns) = (0, 0);
    for row in rows(&reference) {
        match row.as_slice() {
            [key, _, usually, at_most] if usual.get(key).is_some() => {
                assert_eq!((Some(number(usually)), Some(number(at_most))), (usual[key].as_u64(), most[key].as_u64()));
                limits += 1;
            }
            [pattern, longest, free] if longest.parse::<usize>().is_ok() => {
                let judged = Pattern::try_from(pattern.clone()).unwrap();
                let free = free.split(':').next().unwrap();
                assert_eq!(
                    (judged.longest().to_string(), judged.free_letters().to_string()),
                    (longest.clone(), free.to_owned())
                );
                patterns += 1;
            }
            _ => {}
        }
    }
    assert_eq!((limits, patterns), (usual.as_object().unwrap().len(), 8));
}
