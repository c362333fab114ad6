//! One agent: what it answers is read whole, and nothing that it does wrong is read at all.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use bailiwick_contract::value::SnmpValue;
use bailiwick_snmp::{Community, Credentials, Limits, PollError, Session, Target};
use sim_printers::{Fault, FloodOf, Simulator, Value, many_rows_prefix};

use crate::{PRINTER, limits, living, oid, one_printer, recorded, session, v1, v2c};

const DESCR: &str = "1.3.6.1.2.1.1.1.0";
const PRINTER_MIB: &str = "1.3.6.1.2.1.43";

/// A poll of sysDescr against a printer with these faults.
async fn descr(faults: &[Fault]) -> (Result<SnmpValue, PollError>, bailiwick_snmp::poll::Traffic) {
    let simulator = one_printer(living(), faults);
    let mut session = session(&simulator, v2c(), limits()).await;
    let value = session.get(&[oid(DESCR)]).await.map(|bindings| bindings[0].value.clone());
    (value, session.traffic())
}

fn text(value: &SnmpValue) -> &str {
    let SnmpValue::Octets(octets) = value else { panic!("{value:?} is no text") };
    std::str::from_utf8(octets).unwrap()
}

#[tokio::test]
async fn both_versions_walk_the_same_printer() {
    let simulator = one_printer(living(), &[]);
    let tree = simulator.tree(PRINTER).unwrap();
    let below = sim_printers::Oid::new([1, 3, 6, 1, 2, 1, 43]);
    let wanted = tree.iter().filter(|row| row.0.starts_with(&below)).count();
    assert!(wanted > 80, "{wanted}");
    for credentials in [v1(), v2c()] {
        let version = credentials.version();
        let mut session = session(&simulator, credentials, limits()).await;
        let rows = session.walk(&oid(PRINTER_MIB)).await.unwrap();
        assert_eq!(rows.len(), wanted, "{version:?}");
        assert!(rows.is_sorted_by(|a, b| a.oid < b.oid));
        assert!(session.walk(&oid("1.3.6.1.2.1.99")).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn names_that_are_missing_do_not_hide_the_others() {
    let simulator = one_printer(living(), &[]);
    let names: Vec<_> = (1..=40)
        .flat_map(|row| [oid(&format!("1.3.6.1.2.1.43.11.1.1.6.1.{row}")), oid(&format!("1.3.6.1.2.1.1.{row}.0"))])
        .collect();
    for credentials in [v1(), v2c()] {
        let mut session = session(&simulator, credentials, limits()).await;
        let bindings = session.get(&names).await.unwrap();
        assert_eq!(bindings.iter().map(|binding| &binding.oid).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
        let missing = |value: &SnmpValue| matches!(value, SnmpValue::NoSuchObject | SnmpValue::NoSuchInstance);
        let present = bindings.iter().filter(|binding| !missing(&binding.value)).count();
        assert_eq!(present, 6 + 7, "six supplies, seven objects of the system group");
    }
}

#[tokio::test]
async fn a_small_agent_is_asked_in_smaller_pieces() {
    let simulator = one_printer(living(), &[Fault::Small { names: 3, message: 200 }]);
    let names: Vec<_> = (1..=6).map(|row| oid(&format!("1.3.6.1.2.1.43.11.1.1.6.1.{row}"))).collect();
    let mut session = session(&simulator, v2c(), limits()).await;
    let bindings = session.get(&names).await.unwrap();
    assert!(bindings.iter().all(|binding| matches!(binding.value, SnmpValue::Octets(_))), "{bindings:?}");
    assert!(!session.walk(&oid(PRINTER_MIB)).await.unwrap().is_empty());
}

#[tokio::test]
async fn counters_keep_all_their_bits() {
    let rows = [
        ("1.3.6.1.4.1.1", Value::Counter64(u64::MAX)),
        ("1.3.6.1.4.1.2", Value::Counter32(u32::MAX)),
        ("1.3.6.1.4.1.3", Value::Integer(i32::MIN.into())),
    ];
    let simulator = one_printer(recorded(&rows), &[]);
    let walked = session(&simulator, v2c(), limits()).await.walk(&oid("1.3.6.1.4")).await.unwrap();
    let values: Vec<_> = walked.into_iter().map(|row| row.value).collect();
    assert_eq!(values, [SnmpValue::Counter64(u64::MAX), SnmpValue::Counter32(u32::MAX), SnmpValue::Integer(i32::MIN)]);
    // SNMPv1 has no Counter64: the row does not exist there, the rest does.
    assert_eq!(session(&simulator, v1(), limits()).await.walk(&oid("1.3.6.1.4")).await.unwrap().len(), 2);
}

#[tokio::test]
async fn lost_packets_are_asked_for_again() {
    let simulator = one_printer(living(), &[Fault::DropEvery(2)]);
    let mut session = session(&simulator, v2c(), limits()).await;
    assert!(session.walk(&oid(PRINTER_MIB)).await.unwrap().len() > 80);
    let traffic = session.traffic();
    assert!(traffic.sent > traffic.answers, "{traffic:?}");
}

#[tokio::test]
async fn a_late_answer_is_taken_and_its_double_is_not() {
    // Later than one attempt, earlier than two: the first answer arrives during the second attempt, its double
    // during the next poll.
    let simulator = one_printer(living(), &[Fault::Slow(Duration::from_millis(350))]);
    let mut session = session(&simulator, v2c(), limits()).await;
    assert!(text(&session.get(&[oid(DESCR)]).await.unwrap()[0].value).starts_with("Halden"));
    assert!(session.traffic().sent >= 2, "the first attempt had ended");
    let name = session.get(&[oid("1.3.6.1.2.1.1.5.0")]).await.unwrap();
    assert!(text(&name[0].value).starts_with("prn-"), "not the double of sysDescr");
    assert!(session.traffic().wrong_id >= 1, "{:?}", session.traffic());
}

#[tokio::test]
async fn silence_is_a_timeout_within_its_time() {
    let started = Instant::now();
    let (value, traffic) = descr(&[Fault::Silent]).await;
    assert!(matches!(value, Err(PollError::Timeout)), "{value:?}");
    assert_eq!((traffic.sent, traffic.answers), (3, 0));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_wrong_community_is_met_with_silence_and_never_named() {
    let simulator = one_printer(living(), &[]);
    let credentials = Credentials::V2c(Community::new("not-the-community").unwrap());
    let mut session = session(&simulator, credentials, limits()).await;
    let error = session.get(&[oid(DESCR)]).await.unwrap_err();
    assert!(matches!(error, PollError::Timeout), "{error:?}");
    assert!(!format!("{error:?} {error} {session:?}").contains("not-the-community"));
}

#[tokio::test]
async fn malformed_answers_are_counted_and_named() {
    let (value, traffic) = descr(&[Fault::MalformedBer]).await;
    assert!(matches!(value, Err(PollError::Malformed)), "{value:?}");
    assert_eq!(traffic.malformed, 3);
}

#[tokio::test]
async fn an_answer_to_another_request_is_none() {
    let (value, traffic) = descr(&[Fault::WrongRequestId]).await;
    assert!(matches!(value, Err(PollError::Timeout)), "{value:?}");
    assert_eq!((traffic.wrong_id, traffic.answers), (3, 0));
}

#[tokio::test]
async fn an_answer_from_another_address_or_port_is_none() {
    for fault in [Fault::OtherAddress(Ipv4Addr::new(127, 20, 0, 10)), Fault::OtherPort] {
        let (value, traffic) = descr(std::slice::from_ref(&fault)).await;
        assert!(matches!(value, Err(PollError::Timeout)), "{fault:?}: {value:?}");
        assert_eq!(traffic.answers, 0);
    }
}

#[tokio::test]
async fn an_answer_of_64_kib_is_refused() {
    let (value, traffic) = descr(&[Fault::Huge]).await;
    assert!(matches!(value, Err(PollError::Oversized)), "{value:?}");
    assert_eq!(traffic.oversized, 3);
}

#[tokio::test]
async fn an_endless_stream_of_foreign_answers_ends_the_call_not_the_collector() {
    for with in [FloodOf::WrongIds, FloodOf::Noise] {
        let flood = Fault::Flood { with, gap: Duration::from_micros(50), lasting: Duration::from_secs(30) };
        let simulator = one_printer(living(), &[flood]);
        let few = Limits { ignored: 500, ..limits() };
        let mut session = session(&simulator, v2c(), few).await;
        let started = Instant::now();
        let error = session.get(&[oid(DESCR)]).await.unwrap_err();
        assert!(matches!(error, PollError::Flood | PollError::Timeout | PollError::Malformed), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
        let traffic = session.traffic();
        assert!(traffic.wrong_id + traffic.malformed > 10 && traffic.sent <= 3, "{traffic:?}");
    }
}

#[tokio::test]
async fn doubled_answers_change_nothing() {
    let flood =
        Fault::Flood { with: FloodOf::Duplicates, gap: Duration::from_millis(5), lasting: Duration::from_secs(20) };
    let simulator = one_printer(living(), &[flood]);
    let mut session = session(&simulator, v2c(), limits()).await;
    for _ in 0..5 {
        assert!(text(&session.get(&[oid(DESCR)]).await.unwrap()[0].value).starts_with("Halden"));
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert!(text(&session.get(&[oid("1.3.6.1.2.1.1.5.0")]).await.unwrap()[0].value).starts_with("prn-"));
    }
    assert!(session.traffic().wrong_id > 0);
}

#[tokio::test]
async fn a_walk_in_circles_is_noticed() {
    let simulator = one_printer(living(), &[Fault::WalkLoop { after: 4 }]);
    for credentials in [v1(), v2c()] {
        let error = session(&simulator, credentials, limits()).await.walk(&oid(PRINTER_MIB)).await.unwrap_err();
        assert!(matches!(error, PollError::Loop), "{error:?}");
    }
}

#[tokio::test]
async fn a_walk_without_end_is_cut_off() {
    let simulator = one_printer(living(), &[Fault::ManyRows(u32::MAX)]);
    let prefix = oid(&many_rows_prefix().to_string());
    let few = Limits { rows: 500, ..limits() };
    let error = session(&simulator, v2c(), few).await.walk(&prefix).await.unwrap_err();
    assert!(matches!(error, PollError::TooMany), "{error:?}");
    let small = Limits { octets: 4096, ..limits() };
    let error = session(&simulator, v2c(), small).await.walk(&prefix).await.unwrap_err();
    assert!(matches!(error, PollError::TooMany), "{error:?}");
    let short = Limits { rows: usize::MAX, octets: usize::MAX, total: Duration::from_millis(300), ..limits() };
    let started = Instant::now();
    let error = session(&simulator, v2c(), short).await.walk(&prefix).await.unwrap_err();
    assert!(matches!(error, PollError::Timeout), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_walk_within_the_limit_is_whole() {
    let simulator = one_printer(living(), &[Fault::ManyRows(1000)]);
    let rows = session(&simulator, v2c(), limits()).await.walk(&oid(&many_rows_prefix().to_string())).await.unwrap();
    assert_eq!(rows.len(), 1000);
}

#[tokio::test]
async fn error_statuses_are_told_apart() {
    for (status, refused) in [(16, true), (6, true), (13, false)] {
        let (value, _) = descr(&[Fault::Status(status)]).await;
        match value.unwrap_err() {
            PollError::Refused { status: told } => assert!(refused && told == status),
            PollError::Agent { status: told } => assert!(!refused && told == status),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable_at_once() {
    let port = {
        let simulator = Simulator::builder().start(0).unwrap();
        simulator.port()
    };
    let target = Target { address: (PRINTER, port).into(), credentials: v2c() };
    let slow = Limits { attempt: Duration::from_secs(10), ..limits() };
    let mut session = Session::connect(target, slow).await.unwrap();
    let started = Instant::now();
    let error = session.get(&[oid(DESCR)]).await.unwrap_err();
    assert!(matches!(error, PollError::Unreachable(_)), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
}
