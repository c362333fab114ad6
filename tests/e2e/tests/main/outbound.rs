//! The running system reaches what it was allowed to reach, and nothing else: not its code says so, but the kernel.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bailiwick_e2e::processes::run_well;
use bailiwick_e2e::{Server, Setup, Site, Transport, trace, wait};
use serde_json::json;

use crate::relay::{Manner, Relay};

const SOON: Duration = Duration::from_secs(60);

/// The relay as settings name it, for a server that writes down what it reaches for.
fn setup(relay: &Relay, folder: &Path) -> Result<Setup> {
    let authority = folder.join("relay.pem");
    std::fs::write(&authority, &relay.authority_pem)?;
    let settings = vec![
        ("BAILIWICK_SMTP_URL", format!("smtp://localhost:{}", relay.address.port())),
        ("BAILIWICK_MAIL_FROM", "Bailiwick <no-reply@example.org>".to_owned()),
        ("BAILIWICK_EGRESS_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128".to_owned()),
        ("BAILIWICK_EGRESS_CA", authority.display().to_string()),
    ];
    Ok(Setup { settings, trace: Some(folder.join("trace")), ..Setup::default() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_reaches_its_relay_and_nothing_else() -> Result<()> {
    let mut server = Server::start(Transport::Tls).await?;
    let site = Site::create(&server, "Outbound", "127.22.0.0/28", 10).await?;
    let mut collector = site.collector(&server, 161).await?;
    let relay = Relay::start(Manner::StartTls).await;
    let folder = tempfile::tempdir()?;
    let setup = setup(&relay, folder.path())?;
    let trace = setup.trace.clone().context("a trace")?;
    server.restart_with(setup).await?;

    // what a server does in a day: devices report, jobs run, people are invited and forget their passwords
    collector.start()?;
    let path = format!("/accounts/{}/invitations", site.account);
    site.dealer.post(&path, &json!({ "email": "new@example.org", "role": "viewer" })).await?;
    let forgotten = json!({ "email": "nobody@example.org" });
    server.api()?.anonymous().call(reqwest::Method::POST, "/api/v1/password-reset", Some(&forgotten)).await?;
    wait::until("the invitation arrives", SOON, async || {
        server.process().check()?;
        Ok((!relay.taken.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.is_empty()).then_some(()))
    })
    .await?;
    wait::until("the collector reports", SOON, async || {
        let reached = collector.status()?.is_some_and(|status| !status["last_contact"].is_null());
        Ok(reached.then_some(()))
    })
    .await?;
    server.process().stop(SOON)?;

    // the relay stands in the trace, so the trace sees; nothing else does
    let reached: BTreeSet<SocketAddr> = trace::addresses(&trace)?;
    assert_eq!(reached.into_iter().collect::<Vec<_>>(), [relay.address]);
    Ok(())
}

/// The trace is worth nothing where it misses a connection: one past the way out is seen, also from a child.
#[test]
fn a_connection_past_the_way_out_is_seen() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("trace");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let mut strace = Command::new("strace");
    trace::options(&mut strace, &file);
    strace.args(["bash", "-c", &format!("(exec 3<>/dev/tcp/127.0.0.1/{port}); echo x > /dev/udp/127.0.0.9/5353")]);
    run_well(strace, "")?;
    let seen = wait_for(&file)?;
    assert_eq!(seen, [SocketAddr::from(([127, 0, 0, 1], port)), SocketAddr::from(([127, 0, 0, 9], 5353))].into());
    Ok(())
}

/// The trace's writer ends a moment after the program.
fn wait_for(trace: &Path) -> Result<BTreeSet<SocketAddr>> {
    for _ in 0..50 {
        let seen = trace::addresses(trace)?;
        if seen.len() == 2 {
            return Ok(seen);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    trace::addresses(trace)
}
