//! Many addresses: exactly those that answer for themselves are found.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use bailiwick_snmp::{
    Community, Credentials, Found, Pacing, Ranges, Sweep, SweepConfig, SweepError, Version,
    sweep::{Counts, Retry},
};
use sim_printers::{Fault, FloodOf, Simulator, SimulatorHandle, Tree, Value};

use crate::{living, ranges, recorded, v2c};

fn config(simulator: &SimulatorHandle) -> SweepConfig {
    SweepConfig { port: simulator.port(), ..SweepConfig::new(vec![v2c()]) }
}

async fn swept(ranges: Ranges, config: SweepConfig) -> (BTreeMap<IpAddr, Found>, Counts) {
    let mut sweep = Sweep::start(ranges, config).unwrap();
    let mut found = BTreeMap::new();
    while let Some(agent) = sweep.next().await {
        let before = found.insert(agent.address, agent);
        assert!(before.is_none(), "found twice: {before:?}");
    }
    (found, sweep.finish().await.unwrap())
}

fn at(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 21, 0, last)
}

#[tokio::test]
async fn a_slash_20_finds_exactly_those_that_answer() {
    let rows = [("1.3.6.1.2.1.1.1.0", "A printer"), ("1.3.6.1.2.1.1.5.0", "one of many")];
    let tree: Tree = rows.iter().map(|(name, text)| (name.parse().unwrap(), Value::text(*text))).collect();
    let simulator = Simulator::builder().respond_every(8, Arc::new(tree)).start(0).unwrap();
    let (found, counts) = swept(ranges("127.20.0.0/20"), config(&simulator)).await;
    let wanted: Vec<IpAddr> =
        (0..4096u32).filter(|n| n % 8 == 4).map(|n| Ipv4Addr::from(0x7f14_0000 + n).into()).collect();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), wanted, "{counts:?}");
    assert_eq!(counts.replies, 512);
    for agent in found.values() {
        assert_eq!(agent.sys_descr.as_deref(), Some("A printer"));
        assert_eq!((agent.sys_object_id.as_ref(), agent.version, agent.credentials), (None, Version::V2c, 0));
    }
}

#[tokio::test]
async fn the_silent_are_asked_again_and_then_over_snmp_v1() {
    let simulator = Simulator::builder()
        .printer(at(1), living())
        .printer(at(2), living())
        .fault(at(2), Fault::DropEvery(2))
        .printer(at(3), living())
        .fault(at(3), Fault::OnlyV1)
        .printer(at(4), living())
        .fault(at(4), Fault::Silent)
        .start(0)
        .unwrap();
    let count = |retry| {
        let config = SweepConfig { retry, ..config(&simulator) };
        async move { swept(ranges("127.21.0.0/29"), config).await }
    };
    let (found, counts) = count(Retry::AgainAndV1).await;
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [at(1), at(2), at(3)].map(IpAddr::from));
    assert_eq!(found[&at(3).into()].version, Version::V1);
    assert!(found.values().all(|agent| agent.sys_object_id.is_some()));
    assert_eq!(counts.sent, 6 + 5 + 4, "only the silent are asked again: {counts:?}");

    // The printer at .2 answers each second request: the last one was answered.
    let (found, _) = count(Retry::None).await;
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [at(1)].map(IpAddr::from));
}

#[tokio::test]
async fn communities_are_tried_in_order() {
    let simulator = Simulator::builder().community("second").printer(at(1), living()).start(0).unwrap();
    let community = |text: &str| Credentials::V2c(Community::new(text).unwrap());
    let config = SweepConfig { credentials: vec![community("first"), community("second")], ..config(&simulator) };
    let (found, _) = swept(ranges("127.21.0.1"), config).await;
    assert_eq!(found[&at(1).into()].credentials, 1);
}

/// Sweeps one printer with a fault and another beside it that is sound.
async fn beside_a_fault(fault: Fault) -> (Vec<IpAddr>, Counts) {
    let simulator =
        Simulator::builder().printer(at(1), living()).fault(at(1), fault).printer(at(2), living()).start(0).unwrap();
    let config = SweepConfig { retry: Retry::Again, ..config(&simulator) };
    let (found, counts) = swept(ranges("127.21.0.0/28"), config).await;
    (found.into_keys().collect(), counts)
}

#[tokio::test]
async fn an_answer_with_another_id_is_ignored() {
    let (found, counts) = beside_a_fault(Fault::WrongRequestId).await;
    assert_eq!(found, [IpAddr::from(at(2))]);
    assert_eq!(counts.wrong_id, 2, "{counts:?}");
}

#[tokio::test]
async fn an_answer_in_the_name_of_another_address_is_ignored() {
    // The right id of .1, sent from .5: an address that was asked, but with another id.
    let (found, counts) = beside_a_fault(Fault::OtherAddress(at(5))).await;
    assert_eq!(found, [IpAddr::from(at(2))]);
    assert_eq!(counts.wrong_id, 2, "{counts:?}");
    // From an address that was not asked at all.
    let (found, counts) = beside_a_fault(Fault::OtherAddress(at(200))).await;
    assert_eq!(found, [IpAddr::from(at(2))]);
    assert_eq!(counts.unknown_source, 2, "{counts:?}");
    // From another port of the right address.
    let (found, counts) = beside_a_fault(Fault::OtherPort).await;
    assert_eq!(found, [IpAddr::from(at(2))]);
    assert_eq!(counts.unknown_source, 2, "{counts:?}");
}

#[tokio::test]
async fn malformed_and_huge_answers_are_ignored() {
    let (found, counts) = beside_a_fault(Fault::MalformedBer).await;
    assert_eq!((found, counts.malformed), (vec![at(2).into()], 2), "{counts:?}");
    let (found, counts) = beside_a_fault(Fault::Huge).await;
    assert_eq!((found, counts.oversized), (vec![at(2).into()], 2), "{counts:?}");
}

#[tokio::test]
async fn a_flood_hides_nobody() {
    for with in [FloodOf::Duplicates, FloodOf::WrongIds, FloodOf::Noise] {
        let flood = Fault::Flood { with, gap: Duration::from_micros(100), lasting: Duration::from_secs(30) };
        let (found, counts) = beside_a_fault(flood).await;
        let mut wanted = vec![IpAddr::from(at(2))];
        if with == FloodOf::Duplicates {
            wanted.insert(0, at(1).into());
        }
        assert_eq!(found, wanted, "{with:?} {counts:?}");
        assert!(counts.repeated + counts.wrong_id + counts.malformed > 50, "{with:?} {counts:?}");
    }
}

#[tokio::test]
async fn an_agent_without_a_system_group_is_found() {
    let simulator = Simulator::builder()
        .printer(at(1), recorded(&[("1.3.6.1.4.1.1", Value::Integer(1))]))
        .printer(at(2), recorded(&[("1.3.6.1.4.1.1", Value::Integer(1))]))
        .fault(at(2), Fault::OnlyV1)
        .start(0)
        .unwrap();
    let (found, _) = swept(ranges("127.21.0.0/29"), config(&simulator)).await;
    assert_eq!(found.len(), 2);
    assert!(found.values().all(|agent| agent.sys_descr.is_none() && agent.sys_object_id.is_none()));
}

#[tokio::test]
async fn pacing_is_kept() {
    let simulator = Simulator::builder().start(0).unwrap();
    let pacing = Some(Pacing::new(1000, 10));
    let config = SweepConfig { pacing, retry: Retry::None, wait: Duration::ZERO, ..config(&simulator) };
    let started = std::time::Instant::now();
    let (_, counts) = swept(ranges("127.21.4.0/23"), config).await;
    assert_eq!(counts.sent, 510);
    assert!(started.elapsed() >= Duration::from_millis(450), "{:?}", started.elapsed());
}

#[tokio::test]
async fn dropping_a_sweep_ends_it() {
    let simulator = Simulator::builder().start(0).unwrap();
    let slow = SweepConfig { pacing: Some(Pacing::new(100, 1)), ..config(&simulator) };
    let sweep = Sweep::start(ranges("127.21.0.0/16"), slow).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(sweep);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (after, _) = simulator.traffic();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(simulator.traffic().0, after);
}

#[tokio::test]
async fn without_a_community_there_is_no_sweep() {
    let refused = Sweep::start(ranges("127.21.0.1"), SweepConfig::new(vec![]));
    assert!(matches!(refused, Err(SweepError::NoCredentials)));
}

/// An IPv6 agent made of the simulator's parts; the simulator itself answers for IPv4 only.
fn v6_agent() -> (u16, std::thread::JoinHandle<()>) {
    use sim_printers::{agent, message::Request};
    let socket = std::net::UdpSocket::bind("[::1]:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let agent = std::thread::spawn(move || {
        let tree: Tree = [("1.3.6.1.2.1.1.1.0".parse().unwrap(), Value::text("Over IPv6"))].into_iter().collect();
        let mut room = [0; 1500];
        let (length, from) = socket.recv_from(&mut room).unwrap();
        let request = Request::decode(&room[..length]).unwrap();
        let response = agent::answer(&tree, agent::Limits::default(), &request);
        socket.send_to(&response.encode(), from).unwrap();
    });
    (port, agent)
}

#[tokio::test]
async fn single_ipv6_addresses_are_asked_too() {
    let (port, agent) = v6_agent();
    let config = SweepConfig { port, ..SweepConfig::new(vec![v2c()]) };
    let (found, counts) = swept(ranges("::1"), config).await;
    agent.join().unwrap();
    assert_eq!(found[&"::1".parse::<IpAddr>().unwrap()].sys_descr.as_deref(), Some("Over IPv6"));
    assert_eq!((counts.sent, counts.replies), (1, 1));
}
