//! The listener scanned from outside by testssl.sh, against the criteria that SSL Labs publishes for an A+ ("SSL
//! Server Rating Guide": protocols, key exchange, cipher strength, known vulnerabilities, HSTS), one by one.
//!
//! By default the scan looks at protocols, certificate and headers, which takes seconds. `cargo xtask test --all` also
//! tries each cipher suite and each known attack, which takes a minute; `tls.rs` offers the worst of them by hand always.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context as _, Result};
use bailiwick_e2e::processes::run;
use bailiwick_e2e::{Server, Transport};
use serde_json::Value;

/// Findings of a scan by their id.
struct Findings(BTreeMap<String, (String, String)>);

impl Findings {
    fn text(&self, id: &str) -> &str {
        self.0.get(id).map_or("(not checked)", |(_, finding)| finding)
    }

    fn severity(&self, id: &str) -> &str {
        self.0.get(id).map_or("(not checked)", |(severity, _)| severity)
    }

    /// Adds to `wrong` where a finding does not begin as it must.
    fn must(&self, wrong: &mut Vec<String>, id: &str, beginnings: &[&str]) {
        let text = self.text(id);
        if !beginnings.iter().any(|beginning| text.starts_with(beginning)) {
            wrong.push(format!("{id}: {text}, not {beginnings:?}"));
        }
    }
}

fn scanner() -> Option<&'static str> {
    ["testssl", "testssl.sh"].into_iter().find(|name| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    })
}

/// How much the scan looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Protocols, the certificate, headers.
    Short,
    /// Also each suite, forward secrecy and each attack that has a name.
    All,
}

impl Extent {
    fn asked() -> Self {
        if std::env::var_os("TEST_ALL").is_some() { Self::All } else { Self::Short }
    }

    /// Options of testssl.sh.
    fn checks(self) -> &'static [&'static str] {
        match self {
            Self::Short => &["-p", "-S", "-h"],
            Self::All => &["-p", "-s", "-f", "-S", "-h", "-U", "-E"],
        }
    }
}

fn scan(program: &str, server: &Server, extent: Extent) -> Result<Findings> {
    let file = server.folder().join("scan.json");
    let mut command = Command::new(program);
    command.args(["--quiet", "--color", "0", "--warnings", "batch", "--nodns", "min"]);
    command.args(extent.checks());
    command.arg("--jsonfile").arg(&file).arg("--add-ca").arg(server.authority_file().context("no authority")?);
    command.arg(format!("localhost:{}", server.address().port()));
    let (_, out, err) = run(command, "")?;
    let text = std::fs::read_to_string(&file).with_context(|| format!("no result of the scan:\n{out}\n{err}"))?;
    let rows: Vec<Value> = serde_json::from_str(&text)?;
    let part = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Findings(rows.iter().map(|row| (part(row, "id"), (part(row, "severity"), part(row, "finding")))).collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_listener_meets_the_criteria_of_an_a_plus() -> Result<()> {
    let Some(program) = scanner() else {
        println!("skipped: testssl.sh is not installed");
        return Ok(());
    };
    let extent = Extent::asked();
    let server = Server::start(Transport::Tls).await?;
    let (server, found) = tokio::task::spawn_blocking(move || {
        let found = scan(program, &server, extent);
        (server, found)
    })
    .await?;
    let found = found?;
    let mut wrong = Vec::new();

    // Protocols: 1.2 and 1.3, nothing older.
    for id in ["SSLv2", "SSLv3", "TLS1", "TLS1_1"] {
        found.must(&mut wrong, id, &["not offered"]);
    }
    for id in ["TLS1_2", "TLS1_3"] {
        found.must(&mut wrong, id, &["offered"]);
    }
    // Certificate: name, chain, signature, key.
    found.must(&mut wrong, "cert_signatureAlgorithm", &["ECDSA with SHA256", "ECDSA with SHA384", "SHA256 with RSA"]);
    found.must(&mut wrong, "cert_keySize", &["EC 256", "EC 384", "RSA 2048", "RSA 3072", "RSA 4096"]);
    found.must(&mut wrong, "cert_trust", &["Ok via SAN"]);
    found.must(&mut wrong, "cert_chain_of_trust", &["passed"]);
    if extent == Extent::All {
        must_have_strong_suites(&found, &mut wrong);
        must_withstand_known_attacks(&found, &mut wrong);
    }
    // HSTS of at least half a year lifts A to A+.
    let days = found.text("HSTS_time").split_whitespace().next().and_then(|days| days.parse::<u32>().ok()).unwrap_or(0);
    if days < 180 {
        wrong.push(format!("HSTS_time: {}", found.text("HSTS_time")));
    }
    // And nothing else that the scanner itself calls high or critical, but for what a test's own authority lacks.
    let own_authority = ["cert_revocation"];
    for (id, (severity, text)) in &found.0 {
        if matches!(severity.as_str(), "HIGH" | "CRITICAL" | "FATAL") && !own_authority.contains(&id.as_str()) {
            wrong.push(format!("{severity}: {id}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    drop(server);
    Ok(())
}

fn must_have_strong_suites(found: &Findings, wrong: &mut Vec<String>) {
    // Suites: authenticated encryption with forward secrecy and at least 128 bits, nothing else.
    for id in ["NULL", "aNULL", "EXPORT", "LOW", "3DES_IDEA", "AVERAGE"] {
        found.must(wrong, &format!("cipherlist_{id}"), &["not offered"]);
    }
    found.must(wrong, "cipherlist_STRONG", &["offered"]);
    found.must(wrong, "PFS", &["offered"]);
    let suites: Vec<&str> =
        found.0.iter().filter(|(id, _)| id.starts_with("cipher-tls")).map(|(_, (_, text))| text.as_str()).collect();
    if suites.len() < 6 {
        wrong.push(format!("only {} suites were listed", suites.len()));
    }
    for suite in suites {
        let name = suite.split_whitespace().last().unwrap_or_default();
        let aead = name.ends_with("GCM_SHA256") || name.ends_with("GCM_SHA384") || name.ends_with("POLY1305_SHA256");
        if !aead || !(name.contains("ECDHE") || name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_")) {
            wrong.push(format!("a suite without forward secrecy or authenticated encryption: {suite}"));
        }
    }
}

fn must_withstand_known_attacks(found: &Findings, wrong: &mut Vec<String>) {
    // What has a name of its own. BREACH is no criterion: it needs a compressed reply with a secret and an echo of
    // the attacker's words, and the page at '/' that the scanner asks is a file with neither.
    for id in [
        "heartbleed",
        "CCS",
        "ticketbleed",
        "ROBOT",
        "secure_client_renego",
        "CRIME_TLS",
        "POODLE_SSL",
        "SWEET32",
        "FREAK",
        "DROWN",
        "LOGJAM",
        "BEAST",
        "LUCKY13",
        "RC4",
    ] {
        if found.severity(id) != "OK" {
            wrong.push(format!("{id}: {}", found.text(id)));
        }
    }
    found.must(wrong, "secure_renego", &["supported"]);
    found.must(wrong, "fallback_SCSV", &["no protocol below TLS 1.2 offered", "supported"]);
}
