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
mod places;
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
pub use places::Place;

/// The most bytes of a component.
pub const MAX_COMPONENT_BYTES: usize = 8 << 20;
/// The most bytes of code in a component. The compiler took 2.1 s and 170 MB for each million of them.
pub const MAX_CODE_BYTES: usize = 3 << 20;
/// The most functions of a component.
pub const MAX_FUNCTIONS: usize = 20_000;
/// The most bytes of one function: compiling one takes more than in proportion.
pub const MAX_FUNCTION_BYTES: usize = 256 << 10;
/// The most modules in a component: the driver's own, and the adapters that `wit-component` makes.
pub const MAX_MODULES: usize = 8;
/// The most bytes of a manifest.
pub const MAX_MANIFEST_BYTES: usize = 256 << 10;
