//! Nobody but this crate opens a connection: the sources of all that runs in the server are read.

use std::fs;
use std::path::{Path, PathBuf};

/// How a connection is opened from Rust, with the crates that the workspace has.
const WAYS: [&str; 16] = [
    "TcpStream::connect",
    "TcpSocket::",
    "UdpSocket::",
    "reqwest::",
    "ureq::",
    "hyper_util::client",
    "hyper::client",
    "hyper_rustls",
    "TlsConnector",
    "SmtpTransport",
    "lookup_host",
    "ToSocketAddrs",
    "socket2::",
    "redis::Client",
    "PgConnectOptions",
    "PgConnection::connect",
];

/// Folders whose code does not run in the server, or is the way out itself.
const ELSEWHERE: [(&str, &str); 5] = [
    ("host/egress", "the way out"),
    ("host/collector", "runs in the customer's network; reaches its server and its devices alone"),
    ("host/snmp", "the collector's"),
    ("xtask", "the developer's commands"),
    ("tests", "tests"),
];

/// What the server opens beside the way out, to addresses that only its settings name.
const SETTINGS_ONLY: [(&str, &str); 2] =
    [("tenants/store", "the database of the settings"), ("host/server/src/shared", "Redis of the settings")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every Rust file of a folder that is no test.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !["tests", "benches", "examples", "fuzz", "target", "node_modules"].contains(&name.as_str()) {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            into.push(path);
        }
    }
}

fn within(path: &str, folders: &[(&str, &str)]) -> bool {
    folders.iter().any(|(folder, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The lines of a file that open a connection, without its comments and unit tests.
fn openings(text: &str) -> Vec<(usize, String)> {
    let code = text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    let opens = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        WAYS.iter().any(|way| code.contains(way))
    };
    code.filter(|(_, line)| opens(line)).map(|(at, line)| (at + 1, line.trim().to_owned())).collect()
}

#[test]
fn nobody_else_opens_a_connection() {
    let root = root();
    let mut files = Vec::new();
    for folder in ["host", "tenants", "plugins", "sdk"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 200, "the sources are there: {}", files.len());
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if within(&path, &ELSEWHERE) || within(&path, &SETTINGS_ONLY) {
            continue;
        }
        for (line, text) in openings(&fs::read_to_string(&file).unwrap()) {
            found.push(format!("{path}:{line}: {text}"));
        }
    }
    assert!(found.is_empty(), "use bailiwick_egress::Egress instead:\n{}", found.join("\n"));
}

#[test]
fn an_opening_would_be_found() {
    let text =
        "use x;\nlet s = tokio::net::TcpStream::connect(a).await?; // why\n// reqwest::get\n#[cfg(test)]\nreqwest::get";
    assert_eq!(openings(text), [(2, "let s = tokio::net::TcpStream::connect(a).await?; // why".to_owned())]);
}
