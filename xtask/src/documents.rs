//! Documents that must keep up with the tree: the index of decisions is complete, the map of folders names every crate,
//! and no link leads nowhere.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end -->";

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Markdown files of a folder, sorted by name.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

/// `BAILIWICK_BLESS=1` writes the table anew.
#[test]
fn the_index_of_decisions_is_complete() {
    let folder = workspace::root().join("docs/adr");
    let index = folder.join("README.md");
    let mut table = "| | |\n|---|---|\n".to_owned();
    for page in pages(&folder).into_iter().filter(|page| *page != index) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let text = read(&page);
        let heading = text.lines().next().and_then(|line| line.strip_prefix("# ")?.split_once(". "));
        let (number, title) = heading.unwrap_or_else(|| panic!("{name} does not begin with '# N. Title'"));
        assert!(name.starts_with(&format!("{number:0>4}-")), "{name} is not number {number}");
        writeln!(table, "| [{number}]({name}) | {title} |").unwrap();
    }
    let text = read(&index);
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    if std::env::var_os("BAILIWICK_BLESS").is_some() {
        fs::write(&index, [before, BEGIN, &table, END, after].concat()).unwrap();
        return;
    }
    assert_eq!(found, table, "run this test with BAILIWICK_BLESS=1");
}

#[test]
fn the_map_names_every_crate() {
    let manifest: toml::Table = toml::from_str(&read(&workspace::root().join("Cargo.toml"))).unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let map = read(&workspace::root().join("ARCHITECTURE.md"));
    for member in members.iter().map(|member| member.as_str().unwrap()) {
        // a crate within another's folder belongs to it
        let within = |other: &toml::Value| member.starts_with(&format!("{}/", other.as_str().unwrap()));
        let name = member.replace("plugins/*", "plugins/<driver>");
        assert!(map.contains(&format!("`{name}`")) || members.iter().any(within), "ARCHITECTURE.md lacks {member}");
    }
}

#[test]
fn no_link_leads_nowhere() {
    let root = workspace::root();
    let folders = ["", "docs", "docs/adr", "host/server", "sdk/rust", "sdk/package", "sdk/testkit", "tests/browser"];
    let mut seen = 0;
    for page in folders.iter().flat_map(|folder| pages(&root.join(folder))) {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            assert!(page.parent().unwrap().join(link).exists(), "{}: {link}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} links");
}
