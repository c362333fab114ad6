//! The hostile driver, runtimes that run it, and hosts that answer it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Context, Input, Ownership, Person, StateEntry},
    manifest::Manifest,
    policy::{Category, Grant, Permitted, Policy},
};
use bailiwick_runtime::{AccountTag, Answers, Driver, Exchange, ExchangeError, PauseRule, Runtime, RuntimeConfig};
use uuid::Uuid;

#[derive(Clone, Copy)]
#[repr(u8)]
pub enum Attack {
    None = 0,
    Loop,
    Allocate,
    Recurse,
    Panic,
    OutOfBounds,
    Undeclared,
    Oversized,
    People,
    Output,
    Effects,
    Log,
    Asks,
    Steps,
    BadOid,
    Post,
    Text,
    Search,
    Facts,
}

/// The component, built once.
pub fn component() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| driver.join("../../../../target"), PathBuf::from);
        bailiwick_package::build(&driver, &target).unwrap()
    })
}

/// As small as a test needs it; no pauses, so that one attack does not hide the next.
pub fn config() -> RuntimeConfig {
    let pause = PauseRule { traps: u32::MAX, ..PauseRule::default() };
    RuntimeConfig { threads: 2, instances: 64, loads_waiting: 1_000, pause, ..RuntimeConfig::default() }
}

/// One runtime for all tests that need no other, so that they all run beside each other in it; it is
/// never dropped.
pub async fn driver() -> Driver {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| Runtime::new(config()).unwrap());
    runtime.load(component()).await.unwrap()
}

pub fn account(n: u128) -> AccountTag {
    AccountTag(Uuid::from_u128(n))
}

/// Everything that the manifest declares, less some asks and categories.
pub fn permitted(manifest: &Manifest, asks: &[&str], categories: &[Category]) -> Permitted {
    let mut grant = Grant::all_of(manifest);
    grant.asks.retain(|a| !asks.contains(&a.as_str()));
    grant.categories.retain(|c| !categories.contains(c));
    Permitted::new(manifest, &grant, &Policy::default(), Ownership::Company)
}

/// Answers everything, at once, and counts.
#[derive(Default)]
pub struct Obliging(pub AtomicU32);

#[async_trait]
impl Answers for Obliging {
    async fn answer(&self, ask: Ask) -> Answer {
        self.0.fetch_add(1, Ordering::Relaxed);
        match ask {
            Ask::SnmpGet(_) | Ask::SnmpWalk(_) => Answer::Bindings(vec![]),
            Ask::State(keys) => Answer::State(keys.into_iter().map(|key| StateEntry { key, value: None }).collect()),
            Ask::People(ids) => {
                Answer::People(ids.into_iter().map(|id| Person { id, display_name: "Ada".into() }).collect())
            }
            other => panic!("the hostile driver may not ask {other:?}"),
        }
    }
}

/// Never answers.
pub struct Silent;

#[async_trait]
impl Answers for Silent {
    async fn answer(&self, _: Ask) -> Answer {
        std::future::pending().await
    }
}

pub fn context() -> Context {
    Context { now: 1, seed: vec![7; 32], ..Context::default() }
}

pub async fn frame(driver: &Driver, of: AccountTag, attack: Attack, rest: &[u8]) -> Result<Exchange, ExchangeError> {
    let frame = [&[attack as u8], rest].concat();
    let permitted = permitted(driver.manifest(), &[], &[]);
    driver.exchange(of, &permitted, context(), Input::Frame(frame), &Obliging::default()).await
}

pub fn body(exchange: Exchange) -> Vec<u8> {
    exchange.outcome.reply.unwrap().body
}

/// Good exchanges, one after another, until the returned handle is told to stop; gives their number.
pub fn good_ones(driver: &Driver) -> (Arc<tokio::sync::Notify>, tokio::task::JoinHandle<u32>) {
    let (stop, driver) = (Arc::new(tokio::sync::Notify::new()), driver.clone());
    let stopped = Arc::clone(&stop);
    let task = tokio::spawn(async move {
        let mut ran = 0;
        let stop = stopped.notified();
        tokio::pin!(stop);
        loop {
            let good = frame(&driver, account(1), Attack::None, b"good");
            tokio::select! {
                biased;
                exchange = good => {
                    assert_eq!(body(exchange.unwrap()), 0_u64.to_le_bytes(), "a fresh instance remembers nothing");
                    ran += 1;
                    tokio::task::yield_now().await;
                }
                () = &mut stop => return ran,
            }
            if futures::FutureExt::now_or_never(&mut stop).is_some() {
                return ran;
            }
        }
    });
    (stop, task)
}
