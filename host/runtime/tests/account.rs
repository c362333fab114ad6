use std::sync::Arc;

use bailiwick_contract::exchange::{End, Input};
use bailiwick_runtime::{Runtime, RuntimeConfig, Warmth};

use crate::support::*;

/// What an instance remembers: its exchanges, and what it kept.
fn memory(body: &[u8]) -> (u64, &[u8]) {
    let (count, kept) = body.split_first_chunk().unwrap();
    (u64::from_le_bytes(*count), kept)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_survives_from_one_exchange_to_the_next_in_ten_thousand() {
    let driver = Arc::new(driver().await);
    let tasks = (0..4_u128).map(|of| {
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            for i in 0..2_500_u32 {
                let secret = format!("secret {i} of account {of}");
                let body = body(frame(&driver, account(of), Attack::None, secret.as_bytes()).await.unwrap());
                assert_eq!(memory(&body), (0, &b""[..]), "two accounts in parallel, {of} at {i}");
            }
        })
    });
    for task in futures::future::join_all(tasks).await {
        task.unwrap();
    }
}

#[tokio::test]
async fn no_byte_of_an_exchange_is_found_in_the_memory_of_a_later_one() {
    // One thread and one slot of memory: what comes next gets the very pages that were used before.
    let runtime = Runtime::new(RuntimeConfig { threads: 1, instances: 1, ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    let secret = b"the-secret-of-account-one";
    let inverted: Vec<u8> = secret.iter().map(|b| !b).collect();
    for _ in 0..20 {
        frame(&driver, account(1), Attack::None, secret).await.unwrap();
        let found = body(frame(&driver, account(2), Attack::Search, &inverted).await.unwrap());
        assert_eq!(found, [0]);
    }
    // The driver's own data has this text.
    let known = b"Mr Smith called at nine".map(|b| !b);
    let found = body(frame(&driver, account(2), Attack::Search, &known).await.unwrap());
    assert_eq!(found, [1], "or the search above proves nothing");
}

#[tokio::test]
async fn a_warm_instance_serves_its_own_account_only_and_a_bounded_number_of_times() {
    let warmth = Warmth::Reuse { uses: 3, idle: 8 };
    let runtime = Runtime::new(RuntimeConfig { warmth, ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    let mut counts = vec![];
    for _ in 0..5 {
        let body = body(frame(&driver, account(1), Attack::None, b"kept while it is warm").await.unwrap());
        counts.push(memory(&body).0);
        let other = frame(&driver, account(2), Attack::Search, &b"kept while it is warm".map(|b| !b)).await.unwrap();
        assert_eq!(crate::support::body(other), [0]);
    }
    assert_eq!(counts, [0, 1, 2, 0, 1], "it serves three times");
    assert!(frame(&driver, account(1), Attack::Panic, b"").await.is_err());
    let body = body(frame(&driver, account(1), Attack::None, b"").await.unwrap());
    assert_eq!(memory(&body).0, 0, "an instance that trapped serves never again");
}

#[tokio::test]
async fn the_same_context_input_and_answers_give_the_same_outcome() {
    let driver = driver().await;
    let permitted = permitted(driver.manifest(), &[], &[]);
    let (input, host) = (Input::Frame(vec![Attack::People as u8]), Obliging::default());
    let run = || driver.record(account(1), &permitted, context(), input.clone(), &host);
    let (first, second) = (run().await.unwrap().0, run().await.unwrap().0);
    assert_eq!(first, second);
    assert!(matches!(first.end, End::Done(_)));
    assert_eq!(first.rounds.len(), 1);
}
