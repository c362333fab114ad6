//! What the sandbox costs: `cargo xtask bench sandbox`.
//!
//! Two exchanges, each with about 2 kB of a device's words. A *check-in*: one HTTP call whose body the driver parses,
//! one step. A *poll*: the same amount in 55 values of 18 asks, three steps, the hardest shape for a sandbox, since
//! every value crosses into it alone. Each runs natively with nothing around it, natively under the host's checks, and
//! in the sandbox, fresh and warm, with both ways to catch an access out of bounds. Answers lie ready and are handed
//! over, not copied, so neither network nor parser is measured.
//!
//! `alone` is the latency of one exchange after another: every step is handed to a guest's thread and back. `1 core`
//! and `2 cores` are throughput: callers at once, and the whole process (callers, host and guests' threads) held to
//! so many cores, so that the second does not already help the first. Native work on the same cores says how much
//! the machine itself lets a second core give.
//!
//! The ratios at the end are of each measure's fastest sample: a neighbour on the machine only ever adds. Figures to
//! read, not a test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench can only stop")]

#[path = "sandbox/cores.rs"]
mod cores;
#[path = "sandbox/tally.rs"]
mod tally;
#[path = "sandbox/work.rs"]
mod work;

use std::{cell::LazyCell, path::PathBuf, sync::Arc, time::Duration};

use bailiwick_runtime::{Driver, Runtime, RuntimeConfig, TrapChecks, Warmth};
use criterion::{Criterion, SamplingMode};
use tally::{Cost, Tally};
use tokio::runtime::Builder;
use work::{Given, Work};

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
    fn alone<D: bailiwick_sdk::Driver>(&self, work: &Work<D>, exchanges: u64) -> Cost {
        ready(
            exchanges,
            || work.given(),
            |given| {
                Cost::of(|| {
                    let each = given.into_iter().map(|given| self.tokio.block_on(work.exchange(&self.driver, given)));
                    each.sum()
                })
            },
        )
    }

    /// Callers at once.
    fn together<D: bailiwick_sdk::Driver>(&self, work: &Arc<Work<D>>, exchanges: u64) -> Cost {
        let callers = shares(exchanges, CALLERS).map(|share| (0..share).map(|_| work.given()).collect::<Vec<_>>());
        let callers: Vec<Vec<Given>> = callers.collect();
        Cost::of(|| {
            self.tokio.block_on(async {
                let call = |given: Vec<Given>| {
                    let (driver, work) = (self.driver.clone(), Arc::clone(work));
                    tokio::spawn(async move {
                        let mut guest = Duration::ZERO;
                        for given in given {
                            guest += work.exchange(&driver, given).await;
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
fn native<D: bailiwick_sdk::Driver>(work: &Work<D>, threads: usize, exchanges: u64) -> Cost {
    let lots: Vec<Vec<_>> =
        shares(exchanges, threads).map(|share| (0..share).map(|_| work.playback()).collect()).collect();
    Cost::of(|| {
        std::thread::scope(|scope| {
            for lot in lots {
                scope.spawn(|| {
                    lot.into_iter().for_each(|playback| drop(std::hint::black_box(Work::<D>::play(playback))))
                });
            }
        });
        Duration::ZERO
    })
}

fn one_after_another<D: bailiwick_sdk::Driver>(
    criterion: &mut Criterion,
    tally: &Tally,
    component: &[u8],
    work: &Work<D>,
) {
    let mut group = tally.group(criterion, work.name, "alone");
    group.bench("native", |n| {
        ready(
            n,
            || work.playback(),
            |lot| {
                Cost::of(|| {
                    lot.into_iter().for_each(|playback| drop(std::hint::black_box(Work::<D>::play(playback))));
                    Duration::ZERO
                })
            },
        )
    });
    let tokio = Builder::new_current_thread().enable_time().build().unwrap();
    group.bench("native checked", |n| {
        ready(
            n,
            || work.given(),
            |lot| {
                Cost::of(|| {
                    lot.into_iter().for_each(|given| tokio.block_on(work.checked(given)));
                    Duration::ZERO
                })
            },
        )
    });
    for (checks_name, checks) in CHECKS {
        for (warmth_name, warmth) in WARMTH {
            let bed = LazyCell::new(|| Bed::new(component, 2, checks, warmth));
            group.bench(&format!("{warmth_name} {checks_name}"), |n| bed.alone(work, n));
        }
    }
}

fn at_once<D: bailiwick_sdk::Driver>(criterion: &mut Criterion, tally: &Tally, component: &[u8], work: &Arc<Work<D>>) {
    for (cores, name) in [(1, "1 core"), (2, "2 cores")] {
        let _held = cores::hold(cores);
        let mut group = tally.group(criterion, work.name, name);
        group.bench("native", |n| native(work, cores, n));
        for (checks_name, checks) in CHECKS {
            for (warmth_name, warmth) in WARMTH {
                let bed = LazyCell::new(|| Bed::new(component, cores, checks, warmth));
                group.bench(&format!("{warmth_name} {checks_name}"), |n| bed.together(work, n));
            }
        }
    }
}

fn measure<D: bailiwick_sdk::Driver>(criterion: &mut Criterion, tally: &Tally, work: Work<D>) {
    println!("{work}; {CALLERS} callers at once; {}", cores::load());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| work::folder("target"), PathBuf::from);
    let component = bailiwick_package::build(&work::folder(work.folder), &target).unwrap();
    let work = Arc::new(work);
    one_after_another(criterion, tally, &component, &work);
    at_once(criterion, tally, &component, &work);
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let tally = Tally::new(SamplingMode::Flat);
    measure(&mut criterion, &tally, work::checkin());
    measure(&mut criterion, &tally, work::poll());
    criterion.final_summary();
    // `cargo test` runs everything once, unoptimised: no figures to read.
    if std::env::args().any(|argument| argument == "--bench") {
        println!("{tally}\n{}", cores::load());
    }
}
