//! The `run` command from UDP to the server's acknowledgement, with everything going wrong on the way.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use bailiwick_contract::{
    exchange::Effect,
    policy::{Category, Policy},
    report::Report,
};

use crate::{
    server::{Behaviour, FakeServer},
    site::{self, Site, assignment, component, printers},
};

async fn server(ranges: &[&str]) -> FakeServer {
    let server = FakeServer::start().await;
    server.with(|seen| {
        seen.component = component().to_vec();
        seen.assignment = Some(assignment(ranges));
    });
    server
}

fn all(seen: &crate::server::Seen) -> Vec<Report> {
    seen.reports.values().flat_map(|spool| spool.values().cloned()).collect()
}

/// No gaps within a spool: what the server has is what was spooled.
fn assert_whole(seen: &crate::server::Seen) {
    for (spool, reports) in &seen.reports {
        let sequences: Vec<u64> = reports.keys().copied().collect();
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "spool {spool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn printers_become_reports_and_nothing_else_does() {
    let printers = printers(Ipv4Addr::new(127, 30, 0, 10), 4);
    let server = server(&["127.30.0.8/29", "127.30.0.16/29"]).await;
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    let reports = server
        .until("reports of all printers", |seen| {
            let reports = all(seen);
            let addresses: BTreeSet<IpAddr> = reports.iter().map(|report| report.address).collect();
            (addresses.len() == 4).then_some(reports)
        })
        .await;
    for report in &reports {
        assert!(report.effects.iter().any(|e| matches!(e, Effect::Identify(i) if !i.is_empty())), "{report:?}");
        assert!(report.effects.iter().any(|e| matches!(e, Effect::Table(t) if !t.rows.is_empty())), "{report:?}");
        assert!(report.clock_offset_ms.is_some_and(|offset| offset.abs() < 5_000), "{report:?}");
    }
    assert!(reports.iter().any(|r| r.effects.iter().any(|e| matches!(e, Effect::Readings(p) if !p.is_empty()))));
    let status = site.until("delivery", |s| s["spool"]["pending"] == 0 && s["targets"] == 4).await;
    assert_eq!(status["running"], true);
    assert_eq!(status["last_sweep"]["answered"], 4);
    assert_eq!(status["troubles"].as_array().unwrap().len(), 0, "{status}");
    server.until("a status at the server", |seen| seen.statuses.last().cloned()).await;
    assert_eq!(site.stop(), Some(0));
    server.with(|seen| assert_whole(seen));
    for secret in [crate::server::KEY, "public"] {
        assert!(!site.log().contains(secret), "{}", site.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_denies_never_reaches_the_spool() {
    let printers = printers(Ipv4Addr::new(127, 31, 0, 10), 1);
    let server = server(&["127.31.0.10"]).await;
    server.with(|seen| {
        let assigned = &mut seen.assignment.as_mut().unwrap().drivers[0];
        let mut policy = Policy::default();
        policy.company.remove(&Category::Usage);
        policy.company.remove(&Category::Network);
        assigned.policy = policy;
    });
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    let reports = server.until("a report", |seen| (!seen.reports.is_empty()).then(|| all(seen))).await;
    let manifest = site::manifest();
    let denied = |category| [Category::Usage, Category::Network].contains(&category);
    let mut kept = 0;
    for effect in reports.iter().flat_map(|report| &report.effects) {
        match effect {
            Effect::Facts(facts) => {
                for fact in facts {
                    let attribute = manifest.attributes.iter().find(|a| a.key == fact.attribute).unwrap();
                    assert!(!denied(attribute.category), "{fact:?}");
                    kept += 1;
                }
            }
            Effect::Readings(points) => {
                for point in points {
                    let meter = manifest.meters.iter().find(|m| m.key == point.meter).unwrap();
                    assert!(!denied(meter.category), "{point:?}");
                }
            }
            _ => {}
        }
    }
    assert!(kept > 0, "the rest is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_reports_wait_even_across_a_restart() {
    let printers = printers(Ipv4Addr::new(127, 32, 0, 10), 2);
    let server = server(&["127.32.0.10-127.32.0.11"]).await;
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    server.until("a first report", |seen| (!seen.reports.is_empty()).then_some(())).await;
    server.with(|seen| seen.behaviour = Behaviour::Down);
    let status = site.until("reports that wait", |s| s["spool"]["pending"].as_u64() >= Some(2)).await;
    let waiting = status["spool"]["pending"].as_u64().unwrap();
    site.kill();
    site.run();
    let status = site.until("more reports that wait", |s| s["spool"]["pending"].as_u64() > Some(waiting)).await;
    assert!(status["troubles"].to_string().contains("503"), "{status}");
    site.kill();
    server.with(|seen| seen.behaviour = Behaviour::Well);
    site.run();
    site.until("delivery", |s| s["running"] == true && s["spool"]["pending"] == 0).await;
    assert_eq!(site.stop(), Some(0));
    server.with(|seen| assert_whole(seen));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_account_is_suspended_it_polls_on_and_says_so() {
    let printers = printers(Ipv4Addr::new(127, 39, 0, 10), 2);
    let server = server(&["127.39.0.10-127.39.0.11"]).await;
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    server.until("a first report", |seen| (!seen.reports.is_empty()).then_some(())).await;
    server.with(|seen| seen.behaviour = Behaviour::Suspended);
    let status = site.until("reports that wait", |s| s["spool"]["pending"].as_u64() >= Some(4)).await;
    assert!(status["troubles"].to_string().contains("the account is suspended"), "{status}");
    assert_eq!(status["spool"]["dead_letters"], 0);
    // waiting grows with each refusal; a restart begins anew
    site.kill();
    server.with(|seen| seen.behaviour = Behaviour::Well);
    site.run();
    site.until("delivery", |s| s["running"] == true && s["spool"]["pending"] == 0).await;
    assert_eq!(site.stop(), Some(0));
    server.with(|seen| assert_whole(seen));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_and_a_kill_lose_nothing_and_change_nothing() {
    let printers = printers(Ipv4Addr::new(127, 33, 0, 10), 3);
    let server = server(&["127.33.0.8/29"]).await;
    let mut site = Site::enroll(&server, printers.port());
    let rounds: u64 = std::env::var("BAILIWICK_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    for round in 0..rounds {
        // the fake server asserts that a sequence always comes with the same report
        server.with(|seen| seen.behaviour = if round % 2 == 0 { Behaviour::AnswerLost } else { Behaviour::Well });
        let before = server.with(|seen| all(seen).len());
        site.run();
        server.until("another report", |seen| (all(seen).len() > before).then_some(())).await;
        tokio::time::sleep(std::time::Duration::from_millis(37 * round)).await;
        site.kill();
    }
    server.with(|seen| seen.behaviour = Behaviour::Well);
    site.run();
    site.until("delivery", |s| s["running"] == true && s["spool"]["pending"] == 0).await;
    assert_eq!(site.stop(), Some(0));
    server.with(|seen| {
        assert_whole(seen);
        assert_eq!(seen.reports.len(), 1, "one spool through all kills");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_sets_aside_is_a_dead_letter_and_not_sent_again() {
    let printers = printers(Ipv4Addr::new(127, 34, 0, 10), 1);
    let server = server(&["127.34.0.10"]).await;
    server.with(|seen| seen.behaviour = Behaviour::RejectsAll);
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    let status = site.until("a dead letter", |s| s["spool"]["dead_letters"].as_u64() >= Some(1)).await;
    assert_eq!(status["spool"]["pending"], 0);
    site.stop();
    assert_eq!(server.with(|seen| seen.repeated_after_acknowledgement), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_gets_nothing_out_of_it() {
    let printers = printers(Ipv4Addr::new(127, 35, 0, 10), 1);
    let server = server(&["127.35.0.10"]).await;
    server.with(|seen| seen.behaviour = Behaviour::AcknowledgesTooMuch);
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    let status = site.until("trouble", |s| s["troubles"].to_string().contains("was sent")).await;
    assert!(status["spool"]["pending"].as_u64() >= Some(1), "{status}");
    site.stop();

    // bodies without end, and redirects, are refused; the key does not travel on
    for behaviour in [Behaviour::Endless, Behaviour::Redirects] {
        server.with(|seen| seen.behaviour = behaviour);
        site.run();
        site.until("trouble", |s| s["troubles"].to_string().contains("\"assignment\"")).await;
        assert_eq!(server.with(|seen| seen.redirected), 0);
        site.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_another_digest_is_not_run() {
    let printers = printers(Ipv4Addr::new(127, 36, 0, 10), 1);
    let server = server(&["127.36.0.10"]).await;
    server.with(|seen| seen.behaviour = Behaviour::OtherComponent);
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    site.until("trouble", |s| s["troubles"].to_string().contains("it is not run")).await;
    assert_eq!(printers.traffic().0, 0, "without a driver nothing is asked");
    assert!(server.with(|seen| seen.reports.is_empty()));

    // made good by the right bytes; a file that is changed on disk is fetched anew
    server.with(|seen| seen.behaviour = Behaviour::Well);
    site.kill();
    site.run();
    server.until("a report", |seen| (!seen.reports.is_empty()).then_some(())).await;
    site.kill();
    let digest = server.with(|seen| seen.assignment.as_ref().unwrap().drivers[0].digest.clone());
    std::fs::write(site.path(&format!("drivers/{digest}.wasm")), b"changed").unwrap();
    let fetches = server.with(|seen| seen.component_fetches);
    site.run();
    server.until("the component again", |seen| (seen.component_fetches > fetches).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_cannot_send_a_collector_beyond_the_site() {
    let server = server(&["8.8.8.0/24", "224.0.0.0/30", "127.37.0.9-127.37.0.8", "nonsense", "127.37.0.10"]).await;
    let printers = printers(Ipv4Addr::new(127, 37, 0, 10), 1);
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    let status = site.until("a poll", |s| s["targets"] == 1).await;
    let refused: Vec<_> = status["refused_ranges"].as_array().unwrap().iter().map(|r| r["range"].clone()).collect();
    assert_eq!(refused, ["8.8.8.0/24", "224.0.0.0/30", "127.37.0.9-127.37.0.8", "nonsense"]);
    assert_eq!(status["last_sweep"]["addresses"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excluded_address_is_never_asked() {
    let printers = printers(Ipv4Addr::new(127, 38, 0, 10), 2);
    let server = server(&["127.38.0.10-127.38.0.11"]).await;
    let mut site = Site::enroll(&server, printers.port());
    let text = format!("snmp_port = {}\nexclude = [\"127.38.0.10\"]\n", printers.port());
    std::fs::write(site.path("site.toml"), text).unwrap();
    site.run();
    let status = site.until("a poll", |s| s["targets"] == 1).await;
    assert_eq!(status["last_sweep"]["addresses"], 1);
    site.stop();
    let addresses: BTreeSet<IpAddr> = server.with(|seen| all(seen).iter().map(|r| r.address).collect());
    assert_eq!(addresses, [IpAddr::from([127, 38, 0, 11])].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_collector_keeps_its_reports_and_says_so() {
    let printers = printers(Ipv4Addr::new(127, 39, 0, 10), 1);
    let server = server(&["127.39.0.10"]).await;
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    server.until("a report", |seen| (!seen.reports.is_empty()).then_some(())).await;
    server.with(|seen| seen.behaviour = Behaviour::Revoked);
    let status = site
        .until("trouble", |s| {
            s["troubles"].to_string().contains("collector_revoked") && s["spool"]["pending"].as_u64() >= Some(1)
        })
        .await;
    assert_eq!(status["running"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_collector_at_a_time_runs_in_a_folder() {
    let printers = printers(Ipv4Addr::new(127, 40, 0, 10), 1);
    let server = server(&["127.40.0.10"]).await;
    let mut site = Site::enroll(&server, printers.port());
    site.run();
    site.until("it to run", |s| s["running"] == true).await;
    let second = crate::enrolling::collector(&["run", "--data-dir"]).arg(site.path("")).output().unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another bailiwick-collector runs"), "{second:?}");
}
