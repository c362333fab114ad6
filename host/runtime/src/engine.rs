//! The one engine: what a guest may use, and the clock that interrupts it.
//!
//! Compiled code is deterministic (canonical NaNs, no relaxed SIMD, no threads), so that the same
//! context, input and answers give the same outcome on every machine.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use bailiwick_contract::manifest::Limits;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{RuntimeConfig, RuntimeError, TrapChecks};

/// How often running guests are looked at: the resolution of a step's deadline.
pub(crate) const TICK: Duration = Duration::from_millis(5);
/// The most bytes of linear memory of any guest.
const MAX_MEMORY: usize = (Limits::HOST.memory_mib as usize) << 20;
/// The stack of a guest; deeper recursion traps.
const GUEST_STACK: usize = 512 << 10;
/// The most elements of a guest's tables (its indirect functions).
pub(crate) const MAX_TABLE_ELEMENTS: usize = 20_000;
/// Core instances within one component: its module and the adapters that `wit-component` makes.
pub(crate) const MAX_CORE_INSTANCES: u32 = 8;
/// Tables of all core instances of one component.
pub(crate) const MAX_TABLES: u32 = 4;

pub(crate) fn engine(config: &RuntimeConfig) -> Result<Engine, RuntimeError> {
    match config.trap_checks {
        TrapChecks::Explicit => with_checks(config, TrapChecks::Explicit),
        TrapChecks::GuardPages => with_checks(config, TrapChecks::GuardPages).or_else(|error| {
            // A small board's kernel gives a process 512 GiB of addresses; an administrator may give it less.
            tracing::warn!(%error, "no address space for guard pages: drivers run with comparisons, a fifth slower");
            with_checks(config, TrapChecks::Explicit)
        }),
    }
}

fn with_checks(config: &RuntimeConfig, checks: TrapChecks) -> Result<Engine, RuntimeError> {
    let mut wasm = settings(config, checks);
    wasm.strategy(wasmtime::Strategy::Cranelift);
    Engine::new(&wasm).map_err(|e| RuntimeError::Engine(e.to_string()))
}

fn settings(config: &RuntimeConfig, checks: TrapChecks) -> Config {
    // What idles warm holds its slot too, beside those that are under way.
    let idle = u32::try_from(config.warmth.idle()).unwrap_or(u32::MAX);
    // And what a thread is about to give back, while the next exchange begins already.
    let ending = u32::try_from(config.threads).unwrap_or(u32::MAX);
    let instances = config.instances.max(1).saturating_add(idle).saturating_add(ending);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(MAX_CORE_INSTANCES))
        .total_memories(instances)
        .total_tables(instances.saturating_mul(MAX_TABLES))
        .max_core_instances_per_component(MAX_CORE_INSTANCES)
        .max_memories_per_component(1)
        .max_tables_per_component(MAX_TABLES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_memory_size(MAX_MEMORY)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(64 << 10)
        // Where the kernel has it (PAGEMAP_SCAN, Linux 6.7) a used slot is reset by what was written in it.
        .pagemap_scan(Enabled::Auto);
    let mut wasm = Config::new();
    wasm.allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_init_cow(true)
        .memory_may_move(false)
        .memory_reservation(MAX_MEMORY as u64)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK)
        .wasm_backtrace_max_frames(None)
        .concurrency_support(false)
        // One component compiles at a time, on one thread: an upload does not take the cores from everybody else.
        .parallel_compilation(false)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false);
    match checks {
        TrapChecks::GuardPages => {
            wasm.memory_reservation(4 << 30).memory_guard_size(32 << 20);
        }
        TrapChecks::Explicit => {
            wasm.signals_based_traps(false).memory_guard_size(0);
        }
    }
    wasm
}

/// Advances the engine's epoch while any guest runs, and sleeps while none does.
pub(crate) struct Ticker {
    shared: Arc<Running>,
    thread: Option<JoinHandle<()>>,
}

/// Steps take the lock only when the clock stands still.
#[derive(Default)]
struct Running {
    guests: AtomicUsize,
    clock: Mutex<Clock>,
    changed: Condvar,
}

#[derive(Default, PartialEq, Eq)]
enum Clock {
    #[default]
    Ticks,
    /// Until a guest runs.
    Stands,
    Stopped,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to go on; waits while no guest runs.
    fn next(&self) -> bool {
        let mut clock = self.lock();
        loop {
            if *clock == Clock::Stopped {
                return false;
            }
            // Looked at under the lock: a guest that begins now finds the clock standing and wakes it.
            if self.guests.load(Ordering::SeqCst) > 0 {
                *clock = Clock::Ticks;
                return true;
            }
            *clock = Clock::Stands;
            clock = self.changed.wait(clock).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A first guest runs.
    fn wake(&self) {
        if *self.lock() == Clock::Stands {
            self.changed.notify_one();
        }
    }
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, RuntimeError> {
        let shared = Arc::new(Running::default());
        let (running, engine) = (Arc::clone(&shared), engine.weak());
        let thread = std::thread::Builder::new()
            .name("driver-clock".into())
            .spawn(move || {
                while running.next() {
                    std::thread::sleep(TICK);
                    let Some(engine) = engine.upgrade() else { return };
                    engine.increment_epoch();
                }
            })
            .map_err(RuntimeError::Thread)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Ticks until the returned value is dropped.
    pub(crate) fn run(&self) -> Ticking {
        if self.shared.guests.fetch_add(1, Ordering::SeqCst) == 0 {
            self.shared.wake();
        }
        Ticking(Arc::clone(&self.shared))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        *self.shared.lock() = Clock::Stopped;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It ends within a tick; a panic of its own is not ours to pass on.
            let _ = thread.join();
        }
    }
}

/// While one lives, the epoch advances.
pub(crate) struct Ticking(Arc<Running>);

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.guests.fetch_sub(1, Ordering::SeqCst);
    }
}
