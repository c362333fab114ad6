//! Runs drivers in their sandbox.
//!
//! A [`Runtime`] loads a component: its manifest is read and its imports are looked at before any of
//! it is compiled. A [`Driver`] then runs *exchanges*: each in a fresh store with a memory cap, each
//! step under a CPU deadline, on threads of the runtime's own, so that a guest never holds one of
//! tokio's workers. While a driver waits for answers it holds no thread at all.
//!
//! What a driver asks is checked before the host looks at it, and what it wants done is checked
//! before it is returned: nothing unchecked leaves this crate. A trap ends its own exchange alone, and a driver
//! that keeps trapping is paused.

mod answers;
mod cache;
mod component;
mod config;
mod driver;
mod engine;
mod error;
mod exchange;
mod figures;
mod pause;
mod sandbox;
mod threads;
mod warm;
mod wire;

pub use answers::Answers;
pub use component::inspect;
pub use config::{AccountTag, PauseRule, RuntimeConfig, TrapChecks, Warmth};
pub use driver::{Driver, Exchange, Runtime};
pub use error::{BusyReason, ExchangeError, LoadError, RuntimeError, TrapKind};
pub use figures::Figures;
pub use pause::Pause;

/// The most bytes of a component.
pub const MAX_COMPONENT_BYTES: usize = 32 << 20;
/// The most bytes of a manifest.
pub const MAX_MANIFEST_BYTES: usize = 256 << 10;
