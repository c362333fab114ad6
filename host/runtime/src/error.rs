//! What can go wrong; every code is stable.

use bailiwick_contract::{check::Violation, exchange::Refusal, manifest::ManifestError};

use crate::Place;

/// Why a runtime does not start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The engine refuses this machine or configuration.
    #[error("the sandbox's engine does not start: {0}")]
    Engine(String),
    /// A thread could not be started.
    #[error("a sandbox thread does not start")]
    Thread(#[source] std::io::Error),
    /// The folder for compiled code cannot be used.
    #[error("the folder for compiled code cannot be used")]
    Cache(#[source] std::io::Error),
    /// The figures are registered already.
    #[error("the figures cannot be registered")]
    Figures(#[from] prometheus::Error),
}

/// Why bytes are no driver.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// More bytes than a driver may have.
    #[error("the component has {bytes} bytes; at most {max} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most.
        max: usize,
    },
    /// More code than a driver may have: compiling takes time and memory by it.
    #[error("the component has {found} {what}; at most {max} are allowed")]
    TooMuchCode {
        /// `bytes of code`, `functions`, `bytes in one function` or `modules`.
        what: &'static str,
        /// How many it has, as far as was counted.
        found: usize,
        /// The most.
        max: usize,
    },
    /// It is no WebAssembly component.
    #[error("not a WebAssembly component: {0}")]
    Malformed(String),
    /// It has no manifest, or more than one.
    #[error("the component must have exactly one section 'bailiwick:manifest', it has {0}")]
    ManifestCount(usize),
    /// The manifest is not text, or too long.
    #[error("the manifest is not UTF-8 of at most {max} bytes", max = crate::MAX_MANIFEST_BYTES)]
    ManifestText,
    /// The manifest is not whole.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It wants something that no driver gets.
    #[error("the component imports '{0}'; a driver may import nothing but bailiwick:driver/log")]
    Import(String),
    /// It does not export the contract's driver interface.
    #[error("the component does not export '{0}'")]
    Export(String),
    /// It does not compile, or not against this contract.
    #[error("the component does not compile: {0}")]
    Compile(String),
    /// Too many components wait to be compiled; nothing is wrong with this one.
    #[error("too many components wait to be compiled")]
    Busy,
    /// The runtime was stopped meanwhile.
    #[error("the runtime is stopping")]
    Stopped,
}

impl LoadError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "driver_too_large",
            Self::TooMuchCode { .. } => "driver_too_much_code",
            Self::Malformed(_) => "driver_malformed",
            Self::ManifestCount(_) => "manifest_missing",
            Self::ManifestText => "manifest_not_text",
            Self::Manifest(_) => "manifest_invalid",
            Self::Import(_) => "import_refused",
            Self::Export(_) => "export_missing",
            Self::Compile(_) => "driver_does_not_compile",
            Self::Busy => "compiler_busy",
            Self::Stopped => "runtime_stopped",
        }
    }
}

/// Why an exchange has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The driver would not; it did nothing wrong.
    #[error("the driver refuses: {} {}", .0.code, .0.number)]
    Refused(Refusal),
    /// The driver does not keep to its manifest.
    #[error("the driver breaks its manifest: {0}")]
    Violation(#[from] Violation),
    /// The guest trapped.
    #[error("the driver trapped: {0}")]
    Trap(TrapKind),
    /// It panicked, and told where.
    #[error("the driver panicked at {0}")]
    Panicked(Place),
    /// It asked too much, stepped too often, or its answers were too large for its limits.
    #[error("the exchange is over its limit of {0}")]
    Limit(&'static str),
    /// Its answers took longer in all than its limit for waiting.
    #[error("the exchange waited too long for answers")]
    Waited,
    /// The runtime is full.
    #[error("the sandbox is busy: {0}")]
    Busy(BusyReason),
    /// The driver trapped too often and is paused until someone resumes it.
    #[error("the driver is paused")]
    Paused,
    /// The runtime is stopping.
    #[error("the sandbox is stopping")]
    Stopped,
}

impl ExchangeError {
    /// A stable code, also the label of the figures.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Violation(_) => "violation",
            Self::Trap(_) | Self::Panicked(_) => "trap",
            Self::Limit(_) => "limit",
            Self::Waited => "waited",
            Self::Busy(_) => "busy",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }
}

/// What a guest died of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TrapKind {
    /// CPU time inside one step.
    #[error("deadline")]
    Deadline,
    /// More linear memory or table than it may have.
    #[error("memory")]
    Memory,
    /// Deep recursion.
    #[error("stack")]
    Stack,
    /// A panic, or `unreachable`.
    #[error("unreachable")]
    Unreachable,
    /// More data handed to the host than it may.
    #[error("output")]
    Output,
    /// Anything else: out of bounds, division by zero, a break of the component ABI.
    #[error("other")]
    Other,
}

impl TrapKind {
    /// A stable code, also the label of the figures.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::Unreachable => "unreachable",
            Self::Output => "output",
            Self::Other => "other",
        }
    }
}

/// What is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BusyReason {
    /// Too many exchanges wait for a thread.
    #[error("the queue is full")]
    Queue,
    /// Too many exchanges are under way.
    #[error("all instances are taken")]
    Instances,
}
