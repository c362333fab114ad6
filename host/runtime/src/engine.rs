//! The one engine: what a guest may use, and the clock that interrupts it.
//!
//! Compiled code is deterministic (canonical NaNs, no relaxed SIMD, no threads), so that the same
//! context, input and answers give the same outcome on every machine.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
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
    // Where the kernel has it (PAGEMAP_SCAN, Linux 6.7) a used slot is reset by what was written in it.
    let mut wasm = settings(config, Enabled::Auto);
    wasm.strategy(wasmtime::Strategy::Cranelift);
    Engine::new(&wasm).map_err(|e| RuntimeError::Engine(e.to_string()))
}

fn settings(config: &RuntimeConfig, pagemap_scan: Enabled) -> Config {
    // What idles warm holds its slot too, beside those that are under way.
    let idle = u32::try_from(config.warmth.idle()).unwrap_or(u32::MAX);
    let instances = config.instances.max(1).saturating_add(idle);
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
        .pagemap_scan(pagemap_scan);
    let mut wasm = Config::new();
    wasm.allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_init_cow(true)
        .memory_may_move(false)
        .memory_reservation(MAX_MEMORY as u64)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK)
        .wasm_backtrace_max_frames(None)
        .concurrency_support(false)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false);
    match config.trap_checks {
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

#[derive(Default)]
struct Running {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    guests: usize,
    stop: bool,
}

impl Running {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, RuntimeError> {
        let shared = Arc::new(Running::default());
        let (running, engine) = (Arc::clone(&shared), engine.weak());
        let thread = std::thread::Builder::new()
            .name("driver-clock".into())
            .spawn(move || {
                let mut state = running.state.lock().unwrap_or_else(PoisonError::into_inner);
                while !state.stop {
                    if state.guests == 0 {
                        state = running.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                        continue;
                    }
                    drop(state);
                    std::thread::sleep(TICK);
                    let Some(engine) = engine.upgrade() else { return };
                    engine.increment_epoch();
                    state = running.state.lock().unwrap_or_else(PoisonError::into_inner);
                }
            })
            .map_err(RuntimeError::Thread)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Ticks until the returned value is dropped.
    pub(crate) fn run(&self) -> Ticking {
        self.shared.change(|state| state.guests += 1);
        self.shared.changed.notify_one();
        Ticking(Arc::clone(&self.shared))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.change(|state| state.stop = true);
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
        self.0.change(|state| state.guests = state.guests.saturating_sub(1));
    }
}
