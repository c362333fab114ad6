use std::time::{Duration, Instant};

use bailiwick_contract::{
    check::ViolationCode as Code,
    exchange::{Failure, Input, Refusal, Target},
    policy::Category,
};
use bailiwick_runtime::{BusyReason, ExchangeError, PauseRule, Runtime, RuntimeConfig, TrapKind};

use crate::support::*;

fn violation(result: Result<bailiwick_runtime::Exchange, ExchangeError>) -> Code {
    match result {
        Err(ExchangeError::Violation(violation)) => violation.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attack_ends_its_own_exchange_and_harms_no_other() {
    let driver = driver().await;
    let (stop, good) = good_ones(&driver);
    for _ in 0..5 {
        for (attack, kind) in [
            (Attack::Loop, TrapKind::Deadline),
            (Attack::Allocate, TrapKind::Memory),
            (Attack::Recurse, TrapKind::Stack),
            (Attack::OutOfBounds, TrapKind::Other),
            (Attack::Output, TrapKind::Output),
        ] {
            let ended = frame(&driver, account(2), attack, b"").await;
            assert_eq!(ended.map(drop), Err(ExchangeError::Trap(kind)));
        }
    }
    stop.notify_one();
    let ran = good.await.unwrap();
    assert!(ran >= 30, "{ran} good exchanges ran beside 30 attacks");
}

#[tokio::test]
async fn a_panic_tells_its_place_and_nothing_else() {
    let driver = driver().await;
    let source = include_str!("hostile/src/lib.rs");
    let line = source.lines().position(|line| line.contains("panic!(\"as told\")")).unwrap() + 1;
    match frame(&driver, account(2), Attack::Panic, b"what a device said").await {
        Err(ExchangeError::Panicked(place)) => {
            assert!(place.file.as_deref().is_some_and(|file| file.ends_with("src/lib.rs")), "{place}");
            assert_eq!(place.line, u32::try_from(line).unwrap());
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_endless_loop_is_cut_within_twice_its_deadline() {
    let registry = prometheus::Registry::new();
    let runtime = Runtime::new(RuntimeConfig { registry: Some(registry.clone()), ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    let ended = frame(&driver, account(3), Attack::Loop, b"").await;
    assert_eq!(ended.map(drop), Err(ExchangeError::Trap(TrapKind::Deadline)));
    // By the CPU time that the guest had: the clock on the wall tells how busy the machine is.
    let families = registry.gather();
    let busy = families.iter().find(|f| f.name() == "bailiwick_driver_busy_seconds").unwrap();
    let had: f64 = busy.get_metric().iter().map(|metric| metric.get_histogram().get_sample_sum()).sum();
    assert!((0.095..0.2).contains(&had), "{had} s for a deadline of 0.1 s");
}

#[tokio::test]
async fn what_breaks_the_manifest_is_refused_whole() {
    let driver = driver().await;
    let of = account(4);
    assert_eq!(violation(frame(&driver, of, Attack::Undeclared, b"").await), Code::UndeclaredAttribute);
    assert_eq!(violation(frame(&driver, of, Attack::Oversized, b"").await), Code::TextTooLong);
    assert_eq!(violation(frame(&driver, of, Attack::Effects, b"").await), Code::TooManyEffects);
    assert_eq!(violation(frame(&driver, of, Attack::Post, b"12345").await), Code::BadRange);
    assert_eq!(violation(frame(&driver, of, Attack::Text, b"").await), Code::BadRefusal);
    assert_eq!(violation(frame(&driver, of, Attack::BadOid, b"").await), Code::BadOid);
}

#[tokio::test]
async fn a_denied_ask_never_reaches_the_host() {
    let driver = driver().await;
    let refused = |code: &str| Err(ExchangeError::Refused(Refusal { code: code.into(), number: 0 }));
    let poll = async |descr: &str, denied: &[&str]| {
        let (host, permitted) = (Obliging::default(), permitted(driver.manifest(), denied, &[]));
        let target = Target { sys_descr: Some(descr.into()), ..Target::default() };
        let ended = driver.exchange(account(5), &permitted, context(), Input::Poll(target), &host).await;
        (ended.map(|e| e.figures.asks), host.0.into_inner())
    };
    assert_eq!(poll("inside", &[]).await, (Ok(1), 1));
    assert_eq!(poll("outside", &[]).await, (refused("ask_denied"), 0), "an OID outside the manifest's prefixes");
    assert_eq!(poll("inside", &["snmp_walk"]).await, (refused("ask_denied"), 0), "a walk that is not granted");

    let (host, ungranted) = (Obliging::default(), permitted(driver.manifest(), &["people"], &[]));
    let input = Input::Frame(vec![Attack::People as u8]);
    let ended = driver.exchange(account(5), &ungranted, context(), input.clone(), &host).await;
    assert_eq!((ended.map(|e| e.figures.asks), host.0.into_inner()), (refused("ask_denied"), 0));
    assert_eq!(body(frame(&driver, account(5), Attack::People, b"").await.unwrap()), b"Ada", "its granted twin");

    let (transcript, figures) = driver.record(account(5), &ungranted, context(), input, &Silent).await.unwrap();
    assert_eq!(transcript.rounds[0].answers, [bailiwick_contract::exchange::Answer::Failed(Failure::Denied)]);
    assert_eq!((figures.asks, figures.denied), (1, 1));
}

#[tokio::test]
async fn a_value_that_is_not_permitted_never_leaves_the_runtime() {
    let driver = driver().await;
    let input = || Input::Frame(vec![Attack::Facts as u8]);
    let permitted = permitted(driver.manifest(), &[], &[Category::Identifier]);
    let exchange = driver.exchange(account(6), &permitted, context(), input(), &Obliging::default()).await.unwrap();
    assert_eq!(exchange.dropped.iter().collect::<Vec<_>>(), [("serial", 1)]);
    assert!(!format!("{:?}", exchange.outcome).contains("ABC123"));
    let (transcript, _) = driver.record(account(6), &permitted, context(), input(), &Silent).await.unwrap();
    assert!(!serde_json::to_string(&transcript).unwrap().contains("ABC123"), "nor by a recording");
}

#[tokio::test]
async fn asks_steps_and_waiting_are_bounded() {
    let driver = driver().await;
    let of = account(7);
    assert_eq!(frame(&driver, of, Attack::Asks, b"").await.map(drop), Err(ExchangeError::Limit("asks")));
    assert_eq!(frame(&driver, of, Attack::Steps, b"").await.map(drop), Err(ExchangeError::Limit("steps")));
    let began = Instant::now();
    let permitted = permitted(driver.manifest(), &[], &[]);
    let steps = Input::Frame(vec![Attack::Steps as u8]);
    let ended = driver.exchange(of, &permitted, context(), steps, &Silent).await;
    assert_eq!(ended.map(drop), Err(ExchangeError::Waited));
    assert!(began.elapsed() < Duration::from_secs(10), "its limit is 300 ms");
    let logged = frame(&driver, of, Attack::Log, b"").await.map(body);
    assert!(matches!(logged, Ok(_) | Err(ExchangeError::Trap(TrapKind::Deadline))), "{logged:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_that_keeps_trapping_is_paused_for_that_account_alone() {
    let pause = PauseRule { traps: 3, ..PauseRule::default() };
    let registry = prometheus::Registry::new();
    let runtime = Runtime::new(RuntimeConfig { pause, registry: Some(registry.clone()), ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    for _ in 0..3 {
        let ended = frame(&driver, account(8), Attack::Panic, b"").await;
        assert!(matches!(ended, Err(ExchangeError::Panicked(_))), "{ended:?}");
    }
    assert_eq!(frame(&driver, account(8), Attack::None, b"").await.map(drop), Err(ExchangeError::Paused));
    assert_eq!(driver.paused(account(8)).map(|p| p.traps), Some(3));
    assert_eq!(driver.pauses().len(), 1);
    assert!(frame(&driver, account(9), Attack::None, b"").await.is_ok(), "another account goes on");
    assert!(driver.resume(account(8)));
    assert!(frame(&driver, account(8), Attack::None, b"").await.is_ok());

    let figure = |name: &str, labels: &[&str]| {
        let families = registry.gather();
        let family = families.iter().find(|f| f.name() == name).unwrap_or_else(|| panic!("no {name}"));
        let found =
            family.get_metric().iter().find(|m| labels.iter().all(|l| m.get_label().iter().any(|p| p.value() == *l)));
        found.map_or(0.0, |m| m.get_counter().get_value())
    };
    assert_eq!(figure("bailiwick_driver_traps_total", &["hostile", "unreachable"]), 3.0);
    assert_eq!(figure("bailiwick_driver_exchanges_total", &["hostile", "frame", "done"]), 2.0);
    assert_eq!(figure("bailiwick_driver_exchanges_total", &["hostile", "frame", "paused"]), 1.0);
    assert_eq!(figure("bailiwick_driver_pauses_total", &["hostile"]), 1.0);
    assert!(
        Runtime::new(RuntimeConfig { registry: Some(registry), ..config() }).is_err(),
        "figures are registered once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_runtime_refuses_new_work_and_finishes_what_it_has() {
    let runtime = Runtime::new(RuntimeConfig { threads: 1, queue: 1, instances: 3, ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    let spawn = |attack| {
        let driver = driver.clone();
        tokio::spawn(async move { frame(&driver, account(10), attack, b"").await.map(drop) })
    };
    let ended = futures::future::join_all((0..8).map(|_| spawn(Attack::Loop))).await;
    let ended: Vec<_> = ended.into_iter().map(Result::unwrap).collect();
    let count = |error: &ExchangeError| ended.iter().filter(|e| e.as_ref() == Err(error)).count();
    let (ran, full) = (count(&ExchangeError::Trap(TrapKind::Deadline)), count(&ExchangeError::Busy(BusyReason::Queue)));
    assert!((1..=3).contains(&ran), "{ended:?}");
    assert_eq!(ran + full + count(&ExchangeError::Busy(BusyReason::Instances)), 8, "{ended:?}");
    assert!(frame(&driver, account(10), Attack::None, b"").await.is_ok(), "there is room again");
}
