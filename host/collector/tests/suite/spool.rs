//! The spool against a model, against `kill -9` and against damage.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    net::IpAddr,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bailiwick_collector::spool::{Opened, Spool, SpoolError};
use bailiwick_contract::report::{Acknowledgement, Rejected, Report};
use proptest::prelude::*;

fn report(observed_at: u64) -> Report {
    Report {
        sequence: 0,
        driver: "printer-snmp".into(),
        digest: "0".repeat(64),
        address: IpAddr::from([127, 0, 0, 1]),
        observed_at,
        clock_offset_ms: None,
        effects: vec![],
    }
}

fn acknowledge(through: u64) -> Acknowledgement {
    Acknowledgement { acknowledged_through: through, rejected: vec![], now: 7 }
}

fn open(path: &Path) -> Spool {
    let (spool, opened) = Spool::open(path, Spool::CAP).unwrap();
    assert_eq!(opened, Opened::Whole);
    spool
}

#[test]
fn a_spool_keeps_its_id_and_never_uses_a_sequence_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    let spool = open(&path);
    let id = spool.id();
    assert_eq!(spool.append(vec![report(1), report(2)]).unwrap(), 2);
    assert_eq!(spool.acknowledge(&acknowledge(2), 2).unwrap(), 2);
    drop(spool);

    let spool = open(&path);
    assert_eq!(spool.id(), id);
    assert_eq!(spool.append(vec![report(3)]).unwrap(), 3);
    let waiting = spool.oldest(10, u64::MAX).unwrap();
    assert_eq!(waiting.iter().map(|r| (r.sequence, r.observed_at)).collect::<Vec<_>>(), [(3, 3)]);
}

#[test]
fn a_rejected_report_becomes_a_dead_letter_without_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(&folder.path().join("spool.redb"));
    spool.append(vec![report(1), report(2), report(3)]).unwrap();
    let rejected = |sequence| Rejected { sequence, code: "undeclared_attribute".into(), detail: "facts[0]".into() };
    // 9 was never sent and 3 is not acknowledged: neither may be filed
    let answer =
        Acknowledgement { acknowledged_through: 2, rejected: vec![rejected(2), rejected(9), rejected(3)], now: 7 };
    spool.acknowledge(&answer, 3).unwrap();
    let letters = spool.dead_letters().unwrap();
    assert_eq!(letters.iter().map(|l| l.rejected.sequence).collect::<Vec<_>>(), [2]);
    let figures = spool.figures().unwrap();
    assert_eq!((figures.pending, figures.dead_letters), (1, 1));
}

#[test]
fn a_server_cannot_acknowledge_what_it_was_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(&folder.path().join("spool.redb"));
    spool.append(vec![report(1), report(2), report(3)]).unwrap();
    let error = spool.acknowledge(&acknowledge(3), 2).unwrap_err();
    assert!(matches!(error, SpoolError::AcknowledgedTooMuch { acknowledged: 3, sent: 2 }), "{error}");
    assert_eq!(spool.figures().unwrap().pending, 3);
}

#[test]
fn a_full_spool_refuses_rather_than_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(&folder.path().join("spool.redb"), 600).unwrap();
    spool.append(vec![report(1)]).unwrap();
    let error = spool.append((2..20).map(report).collect()).unwrap_err();
    assert!(matches!(error, SpoolError::Full { cap: 600, .. }), "{error}");
    assert_eq!(spool.figures().unwrap().pending, 1, "a refused batch is refused as a whole");
    spool.acknowledge(&acknowledge(1), 1).unwrap();
    assert_eq!(spool.append(vec![report(2)]).unwrap(), 2);
}

#[test]
fn two_processes_cannot_share_a_spool() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    let _first = open(&path);
    assert!(matches!(Spool::open(&path, Spool::CAP), Err(SpoolError::InUse(_))));
}

#[test]
fn a_damaged_spool_is_set_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    let id = open(&path).id();
    std::fs::write(&path, b"this is no database").unwrap();
    let (spool, opened) = Spool::open(&path, Spool::CAP).unwrap();
    let Opened::SetAside(aside) = opened else { panic!("{opened:?}") };
    assert_eq!(std::fs::read(aside).unwrap(), b"this is no database");
    assert_ne!(spool.id(), id, "a new spool begins at 1, so it needs a new id");
    assert_eq!(spool.append(vec![report(1)]).unwrap(), 1);
}

#[test]
fn a_batch_holds_at_least_one_report_and_stays_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(&folder.path().join("spool.redb"));
    spool.append((1..=10).map(report).collect()).unwrap();
    assert_eq!(spool.oldest(10, 1).unwrap().len(), 1);
    assert_eq!(spool.oldest(4, u64::MAX).unwrap().len(), 4);
}

/// The child of the test below: spools until it is killed and says what is on disk.
#[test]
fn spool_until_killed() {
    let Some(path) = std::env::var_os("BAILIWICK_TEST_SPOOL") else { return };
    let spool = open(Path::new(&path));
    loop {
        let last = spool.append(vec![report(1), report(2), report(3)]).unwrap();
        println!("\nspooled {last}");
        if last.is_multiple_of(7) {
            spool.acknowledge(&acknowledge(last - 3), last).unwrap();
            println!("\nacknowledged {}", last - 3);
        }
    }
}

#[test]
fn kill_9_loses_nothing_that_was_spooled_and_brings_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    let rounds = std::env::var("BAILIWICK_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let (mut spooled, mut acknowledged) = (0u64, 0u64);
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "spool::spool_until_killed", "--nocapture"])
            .env("BAILIWICK_TEST_SPOOL", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_millis(150 + 90 * round);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut progress = 0;
        while progress < 3 || Instant::now() < deadline {
            let line = lines.next().unwrap();
            if let Some(n) = line.strip_prefix("spooled ") {
                spooled = n.parse().unwrap();
                progress += 1;
            } else if let Some(n) = line.strip_prefix("acknowledged ") {
                acknowledged = n.parse().unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            if let Some(n) = line.strip_prefix("spooled ") {
                spooled = n.parse().unwrap();
            } else if let Some(n) = line.strip_prefix("acknowledged ") {
                acknowledged = n.parse().unwrap();
            }
        }
        let waiting: Vec<u64> = open(&path).oldest(usize::MAX, u64::MAX).unwrap().iter().map(|r| r.sequence).collect();
        let (first, last) = (waiting[0], waiting[waiting.len() - 1]);
        assert_eq!(waiting, (first..=last).collect::<Vec<_>>(), "round {round}: no gaps");
        assert!(first > acknowledged, "round {round}: {first} was acknowledged ({acknowledged})");
        assert!(last >= spooled, "round {round}: {spooled} was spooled, {last} is the last on disk");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(u8),
    Deliver { most: u8, take: u8 },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..5u8).prop_map(Step::Append),
        (1..6u8, 0..6u8).prop_map(|(most, take)| Step::Deliver { most, take }),
        Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_report_leaves_once_and_in_order(steps in proptest::collection::vec(step(), 1..24)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        let mut spool = open(&path);
        let (mut next, mut waiting) = (1u64, BTreeSet::new());
        for step in steps {
            match step {
                Step::Append(n) => {
                    spool.append((0..n).map(|_| report(1)).collect()).unwrap();
                    waiting.extend(next..next + u64::from(n));
                    next += u64::from(n);
                }
                Step::Deliver { most, take } => {
                    let batch = spool.oldest(usize::from(most), u64::MAX).unwrap();
                    let expected: Vec<u64> = waiting.iter().copied().take(usize::from(most)).collect();
                    prop_assert_eq!(batch.iter().map(|r| r.sequence).collect::<Vec<_>>(), expected.clone());
                    if let (Some(sent), Some(through)) = (expected.last(), expected.iter().take(usize::from(take)).next_back()) {
                        spool.acknowledge(&acknowledge(*through), *sent).unwrap();
                        waiting = waiting.split_off(&(through + 1));
                    }
                }
                Step::Reopen => {
                    drop(spool);
                    spool = open(&path);
                }
            }
            prop_assert_eq!(spool.figures().unwrap().pending, waiting.len() as u64);
        }
    }
}
