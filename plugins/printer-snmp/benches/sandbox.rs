//! What the sandbox costs: `cargo bench -p printer-snmp`, or `cargo xtask bench --package printer-snmp`.
//!
//! One poll of a printer whose answers are about 2 kB, three steps: the driver stepped natively with nothing around
//! it, natively under the host's checks, and in the sandbox, fresh and warm, with both ways to catch an access out of
//! bounds. Beside it an input of one step, which the driver refuses: what an exchange costs before its driver does
//! anything. Answers lie ready and are handed over, not copied, so neither network nor parser is measured.
//!
//! `alone` is the latency of one exchange after another: every step is handed to a guest's thread and back. `1 core`
//! and `2 cores` are throughput: callers at once, and the whole process (callers, host and guests' threads) held to
//! so many cores, so that the second does not already help the first. Native work on the same cores says how much
//! the machine itself lets a second core give.
//!
//! The ratios at the end are of each measure's fastest sample: a neighbour on the machine only ever adds. Figures to
//! read, not a test.

#![expect(clippy::unwrap_used, reason = "a bench can only stop")]

#[path = "sandbox/cores.rs"]
mod cores;
#[path = "sandbox/poll.rs"]
mod poll;
#[path = "sandbox/tally.rs"]
mod tally;

use std::{cell::LazyCell, path::PathBuf, sync::Arc, time::Duration};

use bailiwick_runtime::{Driver, Runtime, RuntimeConfig, TrapChecks, Warmth};
use criterion::{Criterion, SamplingMode};
use poll::{Given, Poll};
use tally::{Cost, Tally};
use tokio::runtime::Builder;

/// Exchanges under way at once where throughput is measured.
const CALLERS: usize = 8;
/// Exchanges whose answers are made ready at once where latency is measured: few enough to stay in the cache.
const READY: u64 = 32;

const CHECKS: [(&str, TrapChecks); 2] = [("explicit", TrapChecks::Explicit), ("guard pages", TrapChecks::GuardPages)];
const WARMTH: [(&str, Warmth); 2] = [("fresh", Warmth::Fresh), ("warm", Warmth::Reuse { uses: 64, idle: CALLERS })];

/// A driver in a runtime of its own, and the tokio that its callers run on.
struct Bed {
    tokio: tokio::runtime::Runtime,
    driver: Driver,
}

impl Bed {
    fn new(component: &[u8], threads: usize, checks: TrapChecks, warmth: Warmth) -> Self {
        let tokio = Builder::new_multi_thread().worker_threads(threads).enable_time().build().unwrap();
        let config = RuntimeConfig { threads, warmth, trap_checks: checks, ..RuntimeConfig::default() };
        let driver = tokio.block_on(Runtime::new(config).unwrap().load(component)).unwrap();
        Self { tokio, driver }
    }

    /// One exchange after another.
    fn alone(&self, poll: &Poll, exchanges: u64) -> Cost {
        ready(
            exchanges,
            || poll.given(),
            |given| {
                Cost::of(|| {
                    let each = given.into_iter().map(|given| self.tokio.block_on(poll.exchange(&self.driver, given)));
                    each.sum()
                })
            },
        )
    }

    /// One exchange of one step after another.
    fn refused(&self, poll: &Poll, exchanges: u64) -> Cost {
        ready(
            exchanges,
            || (),
            |given| {
                Cost::of(|| {
                    for () in given {
                        self.tokio.block_on(poll.refused(&self.driver));
                    }
                    Duration::ZERO
                })
            },
        )
    }

    /// Callers at once.
    fn together(&self, poll: &Arc<Poll>, exchanges: u64) -> Cost {
        let callers = shares(exchanges, CALLERS).map(|share| (0..share).map(|_| poll.given()).collect::<Vec<_>>());
        let callers: Vec<Vec<Given>> = callers.collect();
        Cost::of(|| {
            self.tokio.block_on(async {
                let call = |given: Vec<Given>| {
                    let (driver, poll) = (self.driver.clone(), Arc::clone(poll));
                    tokio::spawn(async move {
                        let mut guest = Duration::ZERO;
                        for given in given {
                            guest += poll.exchange(&driver, given).await;
                        }
                        guest
                    })
                };
                let callers: Vec<_> = callers.into_iter().map(call).collect();
                let mut guest = Duration::ZERO;
                for caller in callers {
                    guest += caller.await.unwrap();
                }
                guest
            })
        })
    }
}

/// Runs `work` on what `make` made ready, a few at a time; making ready is not measured.
fn ready<T>(exchanges: u64, make: impl Fn() -> T, work: impl Fn(Vec<T>) -> Cost) -> Cost {
    let (whole, rest) = (exchanges / READY, exchanges % READY);
    let lots = std::iter::repeat_n(READY, usize::try_from(whole).unwrap()).chain((rest > 0).then_some(rest));
    lots.map(|lot| work((0..lot).map(|_| make()).collect())).sum()
}

/// `exchanges` in so many shares that differ by one at most.
fn shares(exchanges: u64, among: usize) -> impl Iterator<Item = u64> {
    let among = u64::try_from(among).unwrap();
    (0..among).map(move |i| exchanges / among + u64::from(i < exchanges % among))
}

/// The driver natively on so many threads, with nothing around it.
fn native(poll: &Poll, threads: usize, exchanges: u64) -> Cost {
    let lots: Vec<Vec<_>> =
        shares(exchanges, threads).map(|share| (0..share).map(|_| poll.playback()).collect()).collect();
    Cost::of(|| {
        std::thread::scope(|scope| {
            for lot in lots {
                scope.spawn(|| lot.into_iter().for_each(|playback| drop(std::hint::black_box(Poll::play(playback)))));
            }
        });
        Duration::ZERO
    })
}

fn one_after_another(criterion: &mut Criterion, tally: &Tally, component: &[u8], poll: &Poll) {
    let mut group = tally.group(criterion, "alone");
    group.bench("native", |n| {
        ready(
            n,
            || poll.playback(),
            |lot| {
                Cost::of(|| {
                    lot.into_iter().for_each(|playback| drop(std::hint::black_box(Poll::play(playback))));
                    Duration::ZERO
                })
            },
        )
    });
    let tokio = Builder::new_current_thread().enable_time().build().unwrap();
    group.bench("native checked", |n| {
        ready(
            n,
            || poll.given(),
            |lot| {
                Cost::of(|| {
                    lot.into_iter().for_each(|given| tokio.block_on(poll.checked(given)));
                    Duration::ZERO
                })
            },
        )
    });
    for (checks_name, checks) in CHECKS {
        for (warmth_name, warmth) in WARMTH {
            let bed = LazyCell::new(|| Bed::new(component, 2, checks, warmth));
            group.bench(&format!("{warmth_name} {checks_name}"), |n| bed.alone(poll, n));
            group.bench(&format!("{warmth_name} {checks_name}, one step"), |n| bed.refused(poll, n));
        }
    }
}

fn at_once(criterion: &mut Criterion, tally: &Tally, component: &[u8], poll: &Arc<Poll>) {
    for (cores, name) in [(1, "1 core"), (2, "2 cores")] {
        let _held = cores::hold(cores);
        let mut group = tally.group(criterion, name);
        group.bench("native", |n| native(poll, cores, n));
        for (checks_name, checks) in CHECKS {
            for (warmth_name, warmth) in WARMTH {
                let bed = LazyCell::new(|| Bed::new(component, cores, checks, warmth));
                group.bench(&format!("{warmth_name} {checks_name}"), |n| bed.together(poll, n));
            }
        }
    }
}

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| folder.join("../../target"), PathBuf::from);
    let component = bailiwick_package::build(&folder, &target).unwrap();
    let poll = Arc::new(Poll::new());
    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let tally = Tally::new(SamplingMode::Flat);
    println!("{poll}; {CALLERS} callers at once; {}", cores::load());
    one_after_another(&mut criterion, &tally, &component, &poll);
    at_once(&mut criterion, &tally, &component, &poll);
    criterion.final_summary();
    // `cargo test` runs everything once, unoptimised: no figures to read.
    if std::env::args().any(|argument| argument == "--bench") {
        println!("{tally}\n{}", cores::load());
    }
}
