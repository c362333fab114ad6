//! A driver's image, and one exchange live in it.
//!
//! Everything here runs on the calling thread and never waits. An exchange that starts gets a fresh
//! store (or, where that is configured, a warm one of the same driver and account); each step has its
//! own CPU deadline; what a guest hands out is bounded in bytes while it is lifted.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bailiwick_contract::{
    check::Violation,
    exchange::{Answer, Ask, Context, Input, LogEvent, Outcome, Refusal, Step},
    manifest::{Limits, Manifest},
};
use nix::time::{ClockId, clock_gettime};
use wasmtime::{
    Engine, ResourceLimiter, Store, Trap, UpdateDeadline,
    component::{Component, HasSelf, Linker, ResourceAny},
};

use crate::{
    LoadError, Place, TrapKind,
    engine::{MAX_CORE_INSTANCES, MAX_TABLE_ELEMENTS, MAX_TABLES, TICK},
    places::Places,
    wire::{self, Plugin, PluginPre},
};

/// Bytes that a guest may hand to the host in one call, what overlaps in its memory counted anew.
const MAX_OUTPUT_BYTES: usize = 16 << 20;
/// Log events of one exchange that are told; further ones are counted.
const MAX_EVENTS: u32 = 32;
/// Log events of one driver that are told in a second, over all its exchanges.
const MAX_EVENTS_PER_SECOND: u64 = 50;

/// A compiled driver, linked and ready to be instantiated.
pub(crate) struct Image {
    engine: Engine,
    plugin: PluginPre<Guest>,
    limits: Limits,
    log: Arc<Log>,
}

impl Image {
    pub(crate) fn new(
        engine: &Engine,
        component: &Component,
        manifest: &Manifest,
        places: Places,
    ) -> Result<Self, LoadError> {
        let refused = |e: wasmtime::Error| LoadError::Compile(format!("{e:#}").chars().take(400).collect());
        let mut linker: Linker<Guest> = Linker::new(engine);
        Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest).map_err(refused)?;
        let plugin = linker.instantiate_pre(component).and_then(PluginPre::new).map_err(refused)?;
        let log = Arc::new(Log { driver: manifest.driver.name.clone(), places, ..Log::default() });
        Ok(Self { engine: engine.clone(), plugin, limits: manifest.limits, log })
    }

    /// Starts an exchange and takes its first step.
    pub(crate) fn begin(&self, warm: Option<Instance>, context: Context, input: Input) -> Stepped {
        let Some(mut instance) = warm else {
            let mut store = self.store();
            arm(&mut store);
            return match self.plugin.instantiate(&mut store) {
                Ok(plugin) => Instance { store, plugin, exchange: None, uses: 0 }.start(context, input),
                Err(error) => (Turn::trapped(&mut store, &error), None),
            };
        };
        instance.store.data_mut().reset();
        arm(&mut instance.store);
        instance.start(context, input)
    }

    fn store(&self) -> Store<Guest> {
        let megabytes = usize::try_from(self.limits.memory_mib).unwrap_or(usize::MAX);
        let guest = Guest {
            memory: Memory { most: megabytes.saturating_mul(1 << 20), peak: 0, refused: false },
            step_limit: Duration::from_millis(self.limits.step_ms.into()),
            step_began: Instant::now(),
            cpu_began: None,
            busy: Duration::ZERO,
            events: 0,
            panicked: None,
            log: Arc::clone(&self.log),
        };
        let mut store = Store::new(&self.engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.set_hostcall_fuel(MAX_OUTPUT_BYTES);
        store.set_max_component_handles(16);
        store.epoch_deadline_callback(|mut guest| Ok(guest.data_mut().at_tick()));
        store
    }
}

/// What one turn of a guest gave.
pub(crate) struct Turn {
    pub(crate) gave: Gave,
    /// CPU time of the exchange so far.
    pub(crate) busy: Duration,
    /// Greatest linear memory so far, bytes.
    pub(crate) memory_bytes: u64,
}

/// A turn, and the instance whose exchange has ended well with it: it may serve again.
pub(crate) type Stepped = (Turn, Option<Box<Instance>>);

pub(crate) enum Gave {
    /// The instance, for the next step, and what it asks.
    Asks(Box<Instance>, Vec<Ask>),
    Done(Outcome),
    Refused(Refusal),
    /// It said something that no contract has a shape for.
    Violation(Violation),
    /// It died; where, if it panicked and told.
    Trap(TrapKind, Option<Place>),
}

impl Turn {
    fn of(guest: &mut Guest, gave: Gave) -> Self {
        let (busy, memory_bytes) = guest.pause();
        Self { gave, busy, memory_bytes }
    }

    fn trapped(store: &mut Store<Guest>, error: &wasmtime::Error) -> Self {
        let kind = kind_of(error, store.data().memory.refused);
        tracing::debug!(kind = kind.code(), driver = store.data().log.driver, error = %error.root_cause(), "trap");
        let place = store.data_mut().panicked.take();
        Self::of(store.data_mut(), Gave::Trap(kind, place))
    }
}

fn kind_of(error: &wasmtime::Error, memory_refused: bool) -> TrapKind {
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => TrapKind::Deadline,
        Some(Trap::StackOverflow) => TrapKind::Stack,
        // A guest's allocator that gets no memory aborts.
        _ if memory_refused => TrapKind::Memory,
        Some(Trap::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(_) => TrapKind::Other,
        None if error.root_cause().to_string().contains("fuel") => TrapKind::Output,
        None => TrapKind::Other,
    }
}

/// A driver's instance, with the exchange that is live in it.
pub(crate) struct Instance {
    store: Store<Guest>,
    plugin: Plugin,
    exchange: Option<ResourceAny>,
    uses: u32,
}

impl Instance {
    fn start(mut self, context: Context, input: Input) -> Stepped {
        self.uses = self.uses.saturating_add(1);
        let (context, input) = (wire::context(context), wire::input(input));
        match self.plugin.bailiwick_driver_driver().exchange().call_constructor(&mut self.store, &context, &input) {
            Ok(exchange) => {
                self.exchange = Some(exchange);
                self.take_step(Vec::new())
            }
            Err(error) => (Turn::trapped(&mut self.store, &error), None),
        }
    }

    /// The next step, with one answer for each ask of the last.
    pub(crate) fn step(mut self, answers: Vec<Answer>) -> Stepped {
        arm(&mut self.store);
        self.take_step(answers)
    }

    fn take_step(mut self, answers: Vec<Answer>) -> Stepped {
        let gave = match self.go_on(answers) {
            Ok(Ok(Step::Asks(asks))) => {
                let (busy, memory_bytes) = self.store.data_mut().pause();
                return (Turn { gave: Gave::Asks(Box::new(self), asks), busy, memory_bytes }, None);
            }
            Ok(Ok(Step::Done(outcome))) => Gave::Done(outcome),
            Ok(Ok(Step::Refused(refusal))) => Gave::Refused(refusal),
            Ok(Err(violation)) => return (Turn::of(self.store.data_mut(), Gave::Violation(violation)), None),
            Err(error) => return (Turn::trapped(&mut self.store, &error), None),
        };
        let turn = Turn::of(self.store.data_mut(), gave);
        (turn, Some(Box::new(self)))
    }

    fn go_on(&mut self, answers: Vec<Answer>) -> wasmtime::Result<Result<Step, Violation>> {
        let Some(exchange) = self.exchange else { wasmtime::bail!("it has no exchange") };
        let answers: Vec<_> = answers.into_iter().map(wire::answer).collect();
        let resource = self.plugin.bailiwick_driver_driver().exchange();
        let step = wire::step(resource.call_step(&mut self.store, exchange, &answers)?);
        if matches!(step, Ok(Step::Done(_) | Step::Refused(_))) {
            self.exchange = None;
            // Its destructor is the guest's code and may trap like any other.
            exchange.resource_drop(&mut self.store)?;
        }
        Ok(step)
    }

    /// Exchanges that it has served.
    pub(crate) fn uses(&self) -> u32 {
        self.uses
    }
}

/// Gives the store its CPU time anew.
fn arm(store: &mut Store<Guest>) {
    store.data_mut().resume();
    store.set_epoch_deadline(1);
}

/// What a store holds beside the guest.
pub(crate) struct Guest {
    memory: Memory,
    step_limit: Duration,
    step_began: Instant,
    /// This thread's CPU time when the step began; asked for at its first tick, which most steps never see.
    cpu_began: Option<Duration>,
    busy: Duration,
    events: u32,
    /// Where it said that it panics.
    panicked: Option<Place>,
    log: Arc<Log>,
}

impl Guest {
    fn reset(&mut self) {
        self.memory.refused = false;
        self.busy = Duration::ZERO;
        self.events = 0;
        self.panicked = None;
    }

    /// Starts the clock of a step.
    fn resume(&mut self) {
        self.step_began = Instant::now();
        self.cpu_began = None;
    }

    /// Stops the clock of its step; CPU time of the exchange so far, and its greatest memory.
    fn pause(&mut self) -> (Duration, u64) {
        let step = match self.cpu_began {
            Some(began) => cpu_time().saturating_sub(began),
            None => self.step_began.elapsed(),
        };
        self.busy = self.busy.saturating_add(step);
        self.resume();
        (self.busy, self.memory.peak as u64)
    }

    /// By CPU time and not by the clock on the wall: a thread that has to wait for a busy machine does not cost its
    /// guest anything. Only what lies before the first tick is taken from the wall, and is a tick at most.
    fn at_tick(&mut self) -> UpdateDeadline {
        let now = cpu_time();
        let before = self.step_began.elapsed().min(TICK);
        let began = *self.cpu_began.get_or_insert_with(|| now.saturating_sub(before));
        if now.saturating_sub(began) >= self.step_limit {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Continue(1)
        }
    }
}

/// CPU time of this thread.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

struct Memory {
    most: usize,
    peak: usize,
    refused: bool,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let grants = desired <= self.most;
        if grants {
            self.peak = self.peak.max(desired);
        } else {
            self.refused = true;
        }
        Ok(grants)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let grants = desired <= MAX_TABLE_ELEMENTS;
        self.refused |= !grants;
        Ok(grants)
    }

    fn instances(&self) -> usize {
        MAX_CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        MAX_TABLES as usize
    }

    fn memories(&self) -> usize {
        1
    }
}

impl wire::types::Host for Guest {}
impl wire::inputs::Host for Guest {}
impl wire::asks::Host for Guest {}
impl wire::effects::Host for Guest {}

impl wire::log::Host for Guest {
    fn event(&mut self, code: u32, numbers: Vec<i64>) {
        self.events = self.events.saturating_add(1);
        let bounded = LogEvent::bounded(code, &numbers).filter(|_| self.events <= MAX_EVENTS && self.log.admits());
        let Some(numbers) = bounded else {
            self.log.suppressed.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.log.told.fetch_add(1, Ordering::Relaxed);
        if let Some(place) = self.log.places.panic(code, &numbers) {
            tracing::warn!(target: "bailiwick::driver", driver = self.log.driver, %place, "a driver panics");
            self.panicked = Some(place);
            return;
        }
        tracing::info!(target: "bailiwick::driver", driver = self.log.driver, code, ?numbers, "driver event");
    }
}

/// One driver's log, over all its exchanges.
#[derive(Debug, Default)]
pub(crate) struct Log {
    driver: String,
    places: Places,
    /// The running second, and the events that it has seen.
    second: AtomicU64,
    in_second: AtomicU64,
    told: AtomicU64,
    suppressed: AtomicU64,
}

impl Log {
    fn admits(&self) -> bool {
        static START: OnceLock<Instant> = OnceLock::new();
        let second = START.get_or_init(Instant::now).elapsed().as_secs().saturating_add(1);
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.in_second.store(0, Ordering::Relaxed);
        }
        self.in_second.fetch_add(1, Ordering::Relaxed) < MAX_EVENTS_PER_SECOND
    }

    /// Takes the counts since the last call: events told, and events suppressed.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.told.swap(0, Ordering::Relaxed), self.suppressed.swap(0, Ordering::Relaxed))
    }
}

impl Image {
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }
}
