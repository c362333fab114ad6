//! Loads a component and runs its exchanges.

use std::{sync::Arc, time::Duration};

use bailiwick_contract::{
    check::Dropped,
    exchange::{Context, Input, Outcome, Transcript},
    manifest::Manifest,
    policy::Permitted,
};

use crate::{AccountTag, Answers, ExchangeError, LoadError, RuntimeConfig, RuntimeError};

/// Loads drivers; a cheap clone of one engine.
#[derive(Clone)]
pub struct Runtime {
    _config: Arc<RuntimeConfig>,
}

impl Runtime {
    /// Starts the engine and its threads.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn new(config: RuntimeConfig) -> Result<Self, RuntimeError> {
        Ok(Self { _config: Arc::new(config) })
    }

    /// Reads, checks and compiles a component. The same bytes give the same driver again.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(&self, component: &[u8]) -> Result<Driver, LoadError> {
        let (manifest, digest) = inspect(component)?;
        Ok(Driver { inner: Arc::new(Inner { manifest, digest }) })
    }
}

/// A component's manifest and its digest (SHA-256, lower-case hexadecimal), without compiling it.
///
/// # Errors
/// [`LoadError`].
pub fn inspect(_component: &[u8]) -> Result<(Manifest, String), LoadError> {
    Err(LoadError::Stopped)
}

/// A loaded driver; a cheap clone.
#[derive(Clone)]
pub struct Driver {
    inner: Arc<Inner>,
}

struct Inner {
    manifest: Manifest,
    digest: String,
}

/// A finished exchange: checked, and narrowed to what is permitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What may be applied.
    pub outcome: Outcome,
    /// What was left out, by name.
    pub dropped: Dropped,
    /// What it took.
    pub figures: Figures,
}

/// What an exchange took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Steps.
    pub steps: u32,
    /// Asks, denied ones included.
    pub asks: u32,
    /// Asks that were denied.
    pub denied: u32,
    /// CPU time inside the sandbox.
    pub busy: Duration,
    /// Waiting for answers.
    pub waited: Duration,
    /// Greatest linear memory, bytes.
    pub memory_bytes: u64,
}

/// Why and since when a driver is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: std::time::SystemTime,
    /// The traps that led to it.
    pub traps: u32,
}

impl Driver {
    /// What it declares.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// SHA-256 of the component, lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Runs one exchange. It is pure: on a conflict of its effects it may be run again.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn exchange(
        &self,
        _account: AccountTag,
        _permitted: &Permitted,
        _context: Context,
        _input: Input,
        _answers: &dyn Answers,
    ) -> Result<Exchange, ExchangeError> {
        Err(ExchangeError::Stopped)
    }

    /// Like [`Self::exchange`], and gives the whole of it as data: what was asked and answered (denials
    /// included), and its end, checked and narrowed; a refusal is an end too.
    ///
    /// # Errors
    /// [`ExchangeError`], but for [`ExchangeError::Refused`].
    pub async fn record(
        &self,
        _account: AccountTag,
        _permitted: &Permitted,
        _context: Context,
        _input: Input,
        _answers: &dyn Answers,
    ) -> Result<(Transcript, Figures), ExchangeError> {
        Err(ExchangeError::Stopped)
    }

    /// Whether it is paused, since it trapped too often.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        None
    }

    /// Lets a paused driver run again.
    pub fn resume(&self) {}
}
