//! `kill -9` at any moment: what was acknowledged is there, and nothing is there twice. Two rounds, or as many as
//! `BAILIWICK_KILL_ROUNDS` says; `cargo xtask test --all` does twenty.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bailiwick_collector::spool::Spool;
use bailiwick_contract::report::Report;
use bailiwick_e2e::api::text;
use bailiwick_e2e::{Server, Site, Transport, Wire, printers, wait, wire};
use serde_json::Value;
use sim_printers::{Kind, Model, Simulator, World};

fn rounds() -> u32 {
    std::env::var("BAILIWICK_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A moment that is different in each round, spread over `0..most` by the golden ratio.
fn moment(round: u32, most: Duration) -> Duration {
    most.mul_f64((f64::from(round) * 0.618_034).fract())
}

/// All points of a device's page counter since a time in ms. A list has at most 500 buckets, so the time since then
/// must be short beside the distance of two points.
async fn points(site: &Site, device: &str, since: u64) -> Result<Vec<(i64, f64)>> {
    let from = jiff::Timestamp::from_millisecond(i64::try_from(since)?)?;
    let path = format!("/accounts/{}/devices/{device}/readings?meter={}&from={from}", site.account, printers::PAGES);
    let reply = site.api.get(&path).await?;
    let points = reply.get("points").context("no points")?.clone();
    Ok(serde_json::from_value(points)?)
}

/// Hands a batch in and answers how far the server has them.
async fn deliver(wire: &Wire, reports: &[Report]) -> Result<u64> {
    let answer = wire.deliver(reports).await?;
    ensure!(answer.rejected.is_empty(), "{:?}", answer.rejected);
    Ok(answer.acknowledged_through)
}

/// So many that none raises more alerts than a device may raise in an hour.
const DEVICES: u64 = 8;
const REPORTS: u64 = 400;
const BATCH: u64 = 10;
/// Two points of one device lie this far apart, ms; longer than a condition may flap.
const APART: u64 = 11 * 60_000;

/// Each report is a page more; every second one of a device is a jam. So the points of a device are exactly the
/// sequences that were its own, and it has exactly as many alerts as jams.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_it_acknowledged_and_applies_nothing_twice() -> Result<()> {
    let mut server = Server::start(Transport::Tls).await?;
    let site = Site::create(&server, "Killed", "127.22.0.0/28", 10).await?;
    let wire = Wire::enroll(&site).await?;
    let start = wire::now() - (REPORTS / DEVICES + 1) * APART;
    let report = |sequence: u64| {
        let (device, turn) = (sequence % DEVICES, sequence / DEVICES);
        let address = [127, 22, 0, 1 + u8::try_from(device).unwrap_or_default()];
        let wrong: &[&str] = if turn % 2 == 1 { &[printers::JAM] } else { &[] };
        let at = start + turn * APART;
        wire.report(sequence, address, &format!("KILL-{device:04}"), sequence as f64, at, wrong)
    };

    // The next batch; once all is acknowledged the last one again, which must change nothing.
    let batch = |acknowledged: u64| -> Vec<_> {
        let from = (acknowledged + 1).min(REPORTS - BATCH + 1);
        (from..from + BATCH).filter(|sequence| *sequence <= REPORTS).map(report).collect()
    };
    let mut acknowledged = 0;
    for round in 0..rounds() {
        let share = REPORTS * u64::from(round + 1) / u64::from(rounds() + 1);
        while acknowledged < share {
            acknowledged = deliver(&wire, &batch(acknowledged)).await?;
        }
        let kill = async {
            tokio::time::sleep(moment(round, Duration::from_millis(300))).await;
            server.kill()
        };
        let send = async {
            // It ends with the first batch that gets no answer: that one may be applied, or not.
            while let Ok(through) = deliver(&wire, &batch(acknowledged)).await {
                acknowledged = acknowledged.max(through);
            }
        };
        tokio::join!(kill, send).0?;
        server.restart().await?;
        let remembered = deliver(&wire, &batch(acknowledged)).await?;
        ensure!(remembered >= acknowledged, "round {round}: acknowledged {acknowledged}, remembered {remembered}");
        acknowledged = remembered;
    }
    while acknowledged < REPORTS {
        acknowledged = deliver(&wire, &batch(acknowledged)).await?;
    }

    for device in site.devices().await? {
        let id = text(&device, "id")?;
        let address: Ipv4Addr = text(&device, "address")?.parse()?;
        let [.., host] = address.octets();
        let number = u64::from(host) - 1;
        let own: Vec<u64> = (1..=REPORTS).filter(|sequence| sequence % DEVICES == number).collect();
        let expected: Vec<(i64, f64)> = own
            .iter()
            .map(|sequence| (i64::try_from(start + sequence / DEVICES * APART).unwrap_or_default(), *sequence as f64))
            .collect();
        let stored = points(&site, id, start).await?;
        assert_eq!(stored.len(), expected.len(), "points of {id}");
        let values: Vec<f64> = stored.iter().map(|(_, value)| *value).collect();
        assert_eq!(
            values,
            expected.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
            "each sequence once, in order"
        );
        let alerts = site.api.all(&format!("/accounts/{}/devices/{id}/alerts?limit=500", site.account)).await?;
        let raised: u64 = alerts.iter().map(|alert| 1 + alert.get("flaps").and_then(Value::as_u64).unwrap_or(0)).sum();
        let jams = own.iter().filter(|sequence| (*sequence / DEVICES) % 2 == 1).count();
        assert_eq!(raised, jams as u64, "one alert for each jam");
    }
    Ok(())
}

/// A collector is killed while it polls and while it delivers, with the server there and away. In the end every
/// report that its spool ever numbered is one point in the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_collector_delivers_all_that_it_spooled_once() -> Result<()> {
    let mut server = Server::start(Transport::Tls).await?;
    let site = Site::create(&server, "Spooled", "127.22.1.0/28", 10).await?;
    let begun = wire::now();
    let kind = Arc::new(Kind::all()?.into_iter().find(|kind| kind.name == "mono-laser").context("no mono-laser")?);
    let mut builder = Simulator::builder().world(World::real(600.0));
    for host in 1..=12 {
        builder = builder
            .printer(Ipv4Addr::new(127, 22, 1, host), Model::Living { kind: kind.clone(), seed: u64::from(host) });
    }
    let simulated = builder.start(0)?;
    let mut collector = site.collector(&server, simulated.port()).await?;
    // The first start learns the assignment and the driver; later ones work without the server.
    collector.start()?;
    wait::until("the first printers", Duration::from_secs(60), async || {
        collector.process()?.check()?;
        Ok((site.devices().await?.len() == 12).then_some(()))
    })
    .await?;
    collector.kill()?;

    for round in 0..rounds() {
        let away = round % 2 == 1;
        if away {
            server.kill()?;
        }
        let before = simulated.traffic().1;
        collector.start()?;
        wait::until("polls", Duration::from_secs(30), async || Ok((simulated.traffic().1 > before + 12).then_some(())))
            .await?;
        tokio::time::sleep(moment(round, Duration::from_millis(1_500))).await;
        collector.kill()?;
        if away {
            server.restart().await?;
        }
    }

    collector.start()?;
    wait::until("an empty spool", Duration::from_secs(60), async || {
        collector.process()?.check()?;
        let Some(status) = collector.status()? else { return Ok(None) };
        let waiting = status.pointer("/spool/pending").and_then(Value::as_u64);
        let swept = status.pointer("/last_sweep/polled").and_then(Value::as_u64).unwrap_or(0);
        Ok((waiting == Some(0) && swept >= 12).then_some(()))
    })
    .await?;
    collector.process()?.stop(Duration::from_secs(10))?;

    let file = std::fs::read_dir(collector.folder())?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "redb"))
        .context("the collector has no spool")?;
    let (spool, _) = Spool::open(&file, Spool::CAP)?;
    let waiting = spool.oldest(1_000, u64::MAX)?.len() as u64;
    let numbered = spool.append(Vec::new())?;
    ensure!(numbered >= u64::from(rounds()) * 6, "too few reports ({numbered}) to tell anything");
    let mut stored = BTreeMap::new();
    for device in site.devices().await? {
        let id = text(&device, "id")?;
        stored.insert(text(&device, "address")?.to_owned(), points(&site, id, begun).await?.len() as u64);
    }
    assert_eq!(stored.values().sum::<u64>() + waiting, numbered, "reports numbered by the spool; stored: {stored:?}");
    Ok(())
}
