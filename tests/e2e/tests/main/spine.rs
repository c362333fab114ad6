//! The spine: what a printer answers over SNMP stands in the API as facts, of its own customer and of nobody else.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bailiwick_e2e::api::text;
use bailiwick_e2e::{Server, Site, Transport, wait};
use reqwest::Method;
use serde_json::Value;
use sim_printers::{Kind, Model, Oid, Simulator, SimulatorHandle, Value as Snmp, World};

const SOON: Duration = Duration::from_secs(60);

fn kind(name: &str) -> Result<Arc<Kind>> {
    Ok(Arc::new(Kind::all()?.into_iter().find(|kind| kind.name == name).with_context(|| format!("no kind {name}"))?))
}

/// What the printer itself shows at an object.
fn shown(printers: &SimulatorHandle, address: Ipv4Addr, oid: &str) -> Result<Snmp> {
    let tree = printers.tree(address).context("no printer there")?;
    let oid: Oid = oid.parse()?;
    Ok(tree.get(&oid).with_context(|| format!("it does not show {oid:?}"))?.clone())
}

fn octets(value: &Snmp) -> String {
    if let Snmp::Octets(octets) = value { String::from_utf8_lossy(octets).into_owned() } else { String::new() }
}

const SERIAL: &str = "1.3.6.1.2.1.43.5.1.1.17.1";
const LIFE_COUNT: &str = "1.3.6.1.2.1.43.10.2.1.4.1.1";
const MODEL: &str = "1.3.6.1.2.1.25.3.2.1.3.1";
const ALERT_SEVERITIES: &str = "1.3.6.1.2.1.43.18.1.1.2";

fn has_alert(printers: &SimulatorHandle, address: Ipv4Addr) -> Result<bool> {
    let tree = printers.tree(address).context("no printer there")?;
    let column: Oid = ALERT_SEVERITIES.parse()?;
    Ok(tree.after(&column).first().is_some_and(|(name, _)| name.starts_with(&column)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_printers_answer_reaches_its_own_customer_and_nobody_else() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let ours = Site::create(&server, "Ours", "127.21.1.0/28", 10).await?;
    let theirs = Site::create(&server, "Theirs", "127.21.2.0/28", 10).await?;
    let at = |network: u8, host: u8| Ipv4Addr::new(127, 21, network, host);
    let (laser, colour) = (kind("mono-laser")?, kind("colour-mfp-a3")?);
    let printers = Simulator::builder()
        .world(World::manual())
        .printer(at(1, 1), Model::Living { kind: laser.clone(), seed: 11 })
        .printer(at(1, 5), Model::Living { kind: colour, seed: 12 })
        .printer(at(2, 3), Model::Living { kind: laser.clone(), seed: 13 })
        // Outside both sites: nobody may ask it.
        .printer(at(3, 1), Model::Living { kind: laser, seed: 14 })
        .start(0)?;
    let mut our_collector = ours.collector(&server, printers.port()).await?;
    let mut their_collector = theirs.collector(&server, printers.port()).await?;
    our_collector.start()?;
    their_collector.start()?;

    // Each customer has its own printers, with what they say of themselves.
    for (site, addresses) in [(&ours, vec![at(1, 1), at(1, 5)]), (&theirs, vec![at(2, 3)])] {
        let devices = wait::until("the site's printers", SOON, async || {
            our_collector.process()?.check()?;
            Ok(Some(site.devices().await?).filter(|devices| devices.len() >= addresses.len()))
        })
        .await?;
        let found: BTreeSet<&str> = devices.iter().filter_map(|device| device.get("address")?.as_str()).collect();
        let wanted: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        assert_eq!(found, wanted.iter().map(String::as_str).collect::<BTreeSet<_>>());
        for device in &devices {
            let address: Ipv4Addr = text(device, "address")?.parse()?;
            assert_eq!(text(device, "serial")?, octets(&shown(&printers, address, SERIAL)?));
            let model = text(device, "model")?;
            assert!(octets(&shown(&printers, address, MODEL)?).contains(model), "{model}");
            let Snmp::Counter32(pages) = shown(&printers, address, LIFE_COUNT)? else { panic!("no counter") };
            let headline = |key: &str, field: &str| {
                let headlines = device.get("headlines")?.as_array()?;
                headlines.iter().find(|headline| headline.get("key").is_some_and(|k| k == key))?.get(field)
            };
            assert_eq!(headline("pages", "value").and_then(Value::as_f64), Some(f64::from(pages)));
            assert!(!headline("supplies", "rows").and_then(Value::as_array).context("no supplies")?.is_empty());
            let whole = site.device(text(device, "id")?).await?;
            ensure!(whole.get("facts").and_then(Value::as_array).is_some_and(|facts| facts.len() > 5), "{whole}");
        }
    }

    // What belongs to another customer does not exist: 404, not 403.
    let our_device = ours.devices().await?;
    let our_device = text(our_device.first().context("no device")?, "id")?.to_owned();
    for path in [
        format!("/api/v1/accounts/{}/devices", ours.account),
        format!("/api/v1/accounts/{}", ours.account),
        format!("/api/v1/accounts/{}/devices/{our_device}", theirs.account),
        format!("/api/v1/accounts/{}/devices/{our_device}/readings?meter=pages", theirs.account),
    ] {
        theirs.api.call(Method::GET, &path, None).await?.refused(404, "not_found")?;
    }

    // The audit tells how all this came to be.
    let entries = ours.dealer.all(&format!("/accounts/{}/audit", ours.account)).await?;
    let actions: BTreeSet<&str> = entries.iter().filter_map(|entry| entry.get("action")?.as_str()).collect();
    for action in ["site.created", "driver.granted", "token.created", "collector.token_created", "collector.enrolled"] {
        assert!(actions.contains(action), "{action} is not among {actions:?}");
    }

    // A level that a printer reports becomes one open alert, at its own customer.
    let mut hours = 0;
    while !has_alert(&printers, at(1, 1))? {
        printers.world().advance(Duration::from_secs(3_600));
        hours += 1;
        ensure!(hours < 24 * 90, "nothing ever goes wrong with this printer");
    }
    let alerts = format!("/accounts/{}/alerts?state=open", ours.account);
    let alert = wait::until("the alert", SOON, async || {
        let open = ours.api.all(&alerts).await?;
        Ok(open.into_iter().find(|alert| alert.pointer("/device/name").is_some()))
    })
    .await?;
    assert!(alert.get("cleared_at").is_some_and(Value::is_null), "{alert}");
    Ok(())
}
