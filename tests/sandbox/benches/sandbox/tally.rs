//! What was measured, beside what criterion keeps: CPU time, and the ratios at the end.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fmt, iter,
    rc::Rc,
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, Criterion, SamplingMode, measurement::WallTime};
use nix::time::{ClockId, clock_gettime};

/// What some exchanges took together.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    wall: Duration,
    /// Of the whole process.
    cpu: Duration,
    /// Inside the sandbox's steps, as the runtime's own figures say.
    guest: Duration,
}

impl Cost {
    /// Measures `work`, which answers the CPU time of its guests.
    pub fn of(work: impl FnOnce() -> Duration) -> Self {
        let (cpu, wall) = (cpu_time(), Instant::now());
        let guest = work();
        Self { wall: wall.elapsed(), cpu: cpu_time().saturating_sub(cpu), guest }
    }
}

impl iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |a, b| Self { wall: a.wall + b.wall, cpu: a.cpu + b.cpu, guest: a.guest + b.guest })
    }
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// Microseconds of one exchange.
#[derive(Clone, Copy)]
struct Each {
    wall: f64,
    cpu: f64,
    guest: f64,
}

/// One measure's samples with the number of exchanges in each.
type Samples = Vec<(u64, Each)>;

/// All measures by group and name.
#[derive(Clone)]
pub struct Tally {
    mode: SamplingMode,
    measures: Rc<RefCell<BTreeMap<(String, String), Samples>>>,
    works: Rc<RefCell<BTreeSet<String>>>,
}

/// Measures of one group.
pub struct Group<'a> {
    tally: Tally,
    name: String,
    criterion: BenchmarkGroup<'a, WallTime>,
}

impl Tally {
    pub fn new(mode: SamplingMode) -> Self {
        Self { mode, measures: Rc::default(), works: Rc::default() }
    }

    pub fn group<'a>(&self, criterion: &'a mut Criterion, work: &str, how: &str) -> Group<'a> {
        let name = format!("{work}, {how}");
        let mut group = criterion.benchmark_group(&name);
        group.sampling_mode(self.mode);
        self.works.borrow_mut().insert(work.to_owned());
        Group { tally: self.clone(), name, criterion: group }
    }

    /// The samples of a measure, in order of what `by` takes of them. Warming up runs other numbers of exchanges.
    fn sorted(samples: &Samples, by: impl Fn(&Each) -> f64) -> Vec<f64> {
        let last = samples.last().map(|(exchanges, _)| *exchanges);
        let mut sorted: Vec<f64> = samples.iter().filter(|(n, _)| Some(*n) == last).map(|(_, each)| by(each)).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn fastest(&self, group: &str, name: &str, by: impl Fn(&Each) -> f64) -> Option<f64> {
        let measures = self.measures.borrow();
        Self::sorted(measures.get(&(group.to_owned(), name.to_owned()))?, by).first().copied()
    }

    /// How a measure compares with another; a dash where one of them did not run.
    fn ratio(&self, (group, name): (&str, &str), (over_group, over): (&str, &str), by: fn(&Each) -> f64) -> String {
        let (this, that) = (self.fastest(group, name, by), self.fastest(over_group, over, by));
        this.zip(that).map_or_else(|| "-".into(), |(this, that)| format!("{:.2}", this / that))
    }
}

impl Group<'_> {
    /// Measures `work`, which runs so many exchanges.
    pub fn bench(&mut self, name: &str, work: impl Fn(u64) -> Cost) {
        let key = (self.name.clone(), name.to_owned());
        // The first call also makes the sandbox; criterion would take that for the price of an exchange, and plan
        // samples of one.
        let ready = Cell::new(false);
        self.criterion.bench_function(name, |bencher| {
            if !ready.replace(true) {
                work(1);
            }
            bencher.iter_custom(|exchanges| {
                let cost = work(exchanges);
                let each = |time: Duration| time.as_secs_f64() * 1e6 / exchanges as f64;
                let each = Each { wall: each(cost.wall), cpu: each(cost.cpu), guest: each(cost.guest) };
                self.tally.measures.borrow_mut().entry(key.clone()).or_default().push((exchanges, each));
                cost.wall
            });
        });
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<48} {:>9} {:>9} {:>9} {:>9}", "µs an exchange", "fastest", "median", "CPU", "guest")?;
        for ((group, name), samples) in &*self.measures.borrow() {
            let wall = Self::sorted(samples, |each| each.wall);
            let middle = |of: &[f64]| of.get(of.len() / 2).copied().unwrap_or_default();
            let (cpu, guest) = (Self::sorted(samples, |each| each.cpu), Self::sorted(samples, |each| each.guest));
            let first = wall.first().copied().unwrap_or_default();
            let (median, cpu, guest) = (middle(&wall), middle(&cpu), middle(&guest));
            writeln!(f, "{:<48} {first:>9.1} {median:>9.1} {cpu:>9.1} {guest:>9.1}", format!("{group}: {name}"))?;
        }
        for work in &*self.works.borrow() {
            self.ratios(f, work)?;
        }
        Ok(())
    }
}

impl Tally {
    /// What the sandbox costs over the driver run natively, with nothing around it and (`checked alike`) under the same
    /// checks of asks and effects; and what a second core gives.
    fn ratios(&self, f: &mut fmt::Formatter<'_>, work: &str) -> fmt::Result {
        let (alone, one, two) = (format!("{work}, alone"), format!("{work}, 1 core"), format!("{work}, 2 cores"));
        let wall: fn(&Each) -> f64 = |each| each.wall;
        for warmth in ["fresh", "warm"] {
            let over_native = |checks: &str| {
                let name = format!("{warmth} {checks}");
                format!(
                    "{checks} {} (checked alike {}, latency {})",
                    self.ratio((&one, &name), (&one, "native"), wall),
                    self.ratio((&one, &name), (&alone, "native checked"), wall),
                    self.ratio((&alone, &name), (&alone, "native"), wall),
                )
            };
            writeln!(f, "{work}, {warmth}/native: {}, {}", over_native("explicit"), over_native("guard pages"))?;
        }
        let gives = |name: &str| self.ratio((&one, name), (&two, name), wall);
        let both = |warmth: &str| {
            let (explicit, guard) = (gives(&format!("{warmth} explicit")), gives(&format!("{warmth} guard pages")));
            format!("{warmth} explicit {explicit}, guard pages {guard}")
        };
        writeln!(f, "{work}, two threads/one: {}; {}; native {}", both("fresh"), both("warm"), gives("native"))
    }
}
