//! The runs of Rust tests. All of them run once, the server's over HTTP/2; what depends on how the server is reached and
//! set up runs again. A second run of everything would repeat thousands of assertions about pages, texts and rules that
//! do not know the difference.

use std::process::Command;

use anyhow::Result;

use super::Extent;
use super::cluster::Cluster;
use super::tally::Tally;
use crate::build::Compiler;
use crate::exec;

/// Modules of `host/server/tests` that run once more, over HTTP/1.1 and with a real Redis. They depend on the connection
/// (hosts, cookies, long bodies, streams, the sweep over every operation) or on what server processes share
/// (`host/server/src/shared`: limits, proofs of identity, wake-ups). `every_module_that_names_what_is_shared_runs_over_redis`
/// keeps the second half complete.
const OVER_REDIS_AND_HTTP1: &[&str] = &[
    "accounts",
    "branding",
    "collectors",
    "credentials",
    "edge",
    "events",
    "exports",
    "factors",
    "figures",
    "guesses",
    "handed_out",
    "hosts",
    "isolation",
    "listener",
    "mails",
    "passkeys",
    "quotas",
    "redis_tls",
    "session",
    "shared",
    "shares",
    "sso",
    "suspension",
    "tls",
];

/// Modules of `host/server/tests` that put scopes of different accounts on one connection one after another: the sweep
/// calls every operation as every identity, and the others have jobs that work beside the calls. The rest of the server's
/// tests stay within one account, and what they call is called by the sweep.
const ON_ONE_CONNECTION: &[&str] =
    &["accounts", "deletion", "events", "exports", "groups", "idempotency", "isolation", "moves", "suspension"];

/// Kill rounds with [`Extent::All`]; the tests do two by themselves.
const KILL_ROUNDS: &str = "20";

/// All tests over HTTP/2, then the server's that may differ over HTTP/1.1 and Redis.
pub fn tests(tally: &mut Tally, cluster: &Cluster, extent: Extent) -> Result<()> {
    let mut all = cargo_test(cluster, &[]);
    all.env("TEST_OVER_HTTP2", "1");
    if extent == Extent::All {
        all.env("TEST_ALL", "1").env("BAILIWICK_KILL_ROUNDS", KILL_ROUNDS);
    }
    tally.count(&mut all)?;
    tally.count(server(cluster, OVER_REDIS_AND_HTTP1).env("TEST_OVER_REDIS", "1"))?;
    if extent == Extent::All {
        tally.count(cargo_test(cluster, &["--test", "server"]).args(["plans", "--", "--ignored"]))?;
    }
    Ok(())
}

/// What opens scopes, over a pool of one connection.
pub fn one_connection(tally: &mut Tally, cluster: &Cluster) -> Result<()> {
    let one = ("BAILIWICK_TEST_CONNECTIONS", "1");
    let stores = ["--test", "access", "--test", "audit", "--test", "devices"];
    tally.count(cargo_test(cluster, &stores).env(one.0, one.1))?;
    tally.count(server(cluster, ON_ONE_CONNECTION).env(one.0, one.1))
}

/// `cargo test` over the workspace; always without `-p`, which would compile dependencies with other features.
fn cargo_test(cluster: &Cluster, targets: &[&str]) -> Command {
    let mut cargo = exec::cargo();
    let (name, folder) = cluster.environment();
    cargo.args(["test", "--workspace", "--no-fail-fast"]).args(targets).env(name, folder);
    Compiler::Linting.apply(&mut cargo);
    cargo
}

/// The server's tests of these modules.
fn server(cluster: &Cluster, modules: &[&str]) -> Command {
    let mut cargo = cargo_test(cluster, &["--test", "server"]);
    cargo.arg("--").args(modules.iter().map(|module| format!("{module}::")));
    cargo
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::workspace;

    /// The modules that `main.rs` of the server's tests names, each with its source.
    fn modules() -> BTreeMap<String, String> {
        let folder = workspace::root().join("host/server/tests");
        let main = fs::read_to_string(folder.join("main.rs")).unwrap();
        let names = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        let with_source = |name: &str| (name.to_owned(), source(&folder, name));
        names.filter(|name| !["support", "relay"].contains(name)).map(with_source).collect()
    }

    fn source(folder: &Path, module: &str) -> String {
        match fs::read_dir(folder.join(module)) {
            Ok(files) => {
                let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
                files.map(|path| fs::read_to_string(path).unwrap()).collect()
            }
            Err(_) => fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap(),
        }
    }

    /// What a test says that reaches limits, other processes or wake-ups.
    const SHARED: [&str; 7] =
        ["redis", "config.rates", "shared()", "/events", "Server::over(", "TOO_MANY_REQUESTS", "\"rate_limited\""];

    #[test]
    fn every_module_that_names_what_is_shared_runs_over_redis() {
        for (name, source) in modules() {
            let shared: Vec<_> = SHARED.into_iter().filter(|word| source.contains(word)).collect();
            assert!(
                shared.is_empty() || OVER_REDIS_AND_HTTP1.contains(&&*name),
                "{name} has {shared:?}: add it to OVER_REDIS_AND_HTTP1"
            );
        }
    }

    #[test]
    fn every_named_module_is_there() {
        let there = modules();
        assert!(there.len() > 20, "{there:?}");
        for name in OVER_REDIS_AND_HTTP1.iter().chain(ON_ONE_CONNECTION) {
            assert!(there.contains_key(*name), "{name} is no module of the server's tests");
        }
    }
}
