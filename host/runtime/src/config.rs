//! What a runtime may use.

use std::{path::PathBuf, time::Duration};

use uuid::Uuid;

/// The account that an exchange is for. A warm instance never serves a second account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountTag(pub Uuid);

/// What a [`crate::Runtime`] may use; [`Default`] suits a server and a collector.
#[derive(Debug, Clone)]
pub struct RuntimeConfig {
    /// Where compiled code is kept between starts; nowhere if absent.
    pub cache_dir: Option<PathBuf>,
    /// Threads that guests run on.
    pub threads: usize,
    /// Exchanges that may wait for a thread before more are refused as busy.
    pub queue: usize,
    /// Exchanges that may be under way at once, those that wait for answers included.
    pub instances: u32,
    /// Loads that may wait for their turn to compile before more are refused as busy.
    pub loads_waiting: usize,
    /// Whether an instance serves again.
    pub warmth: Warmth,
    /// How out-of-bounds accesses are caught.
    pub trap_checks: TrapChecks,
    /// When a driver that traps is paused.
    pub pause: PauseRule,
    /// Where figures are registered; nowhere if absent.
    pub registry: Option<prometheus::Registry>,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            queue: 256,
            instances: 1_000,
            loads_waiting: 8,
            warmth: Warmth::Fresh,
            trap_checks: TrapChecks::default(),
            pause: PauseRule::default(),
            registry: None,
        }
    }
}

/// Whether an instance serves more than one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Warmth {
    /// Never: each exchange has its own memory.
    #[default]
    Fresh,
    /// Up to `uses` exchanges of the same driver and account, at most `idle` instances kept in all.
    Reuse {
        /// Exchanges that one instance serves.
        uses: u32,
        /// Instances that are kept while nothing runs.
        idle: usize,
    },
}

impl Warmth {
    /// The most instances that are kept while nothing runs.
    pub(crate) fn idle(self) -> usize {
        match self {
            Self::Fresh => 0,
            Self::Reuse { idle, .. } => idle,
        }
    }
}

/// How out-of-bounds accesses of linear memory are caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrapChecks {
    /// By guard pages and signals. Takes 4 GiB of address space an instance; where a process may not have that much,
    /// comparisons stand in.
    #[default]
    GuardPages,
    /// By comparisons in the compiled code, which no system refuses.
    Explicit,
}

/// When a driver that traps is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PauseRule {
    /// So many traps …
    pub traps: u32,
    /// … of one account within this time …
    pub window: Duration,
    /// … pause it for that account for so long, or until somebody resumes it.
    pub hold: Duration,
}

impl Default for PauseRule {
    fn default() -> Self {
        Self { traps: 20, window: Duration::from_secs(60), hold: Duration::from_secs(600) }
    }
}
