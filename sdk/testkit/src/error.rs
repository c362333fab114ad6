//! What a test can find wrong with a driver.

use bailiwick_contract::{check::Violation, manifest::ManifestError};
use bailiwick_package::PackageError;
use bailiwick_runtime::{ExchangeError, LoadError, RuntimeError};

/// Why a test of a driver fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KitError {
    /// A line of a walk does not parse.
    #[error("line {line} of the walk: {why}")]
    Walk {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// A recording does not parse.
    #[error("the recording does not parse: {0}")]
    Json(#[from] serde_json::Error),
    /// The driver's manifest does not parse.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The driver does not build.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The sandbox does not start.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The component does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The sandbox ended the exchange.
    #[error("in the sandbox{}: {source}", .twin.as_ref().map_or(String::new(), |t| format!(", {t} denied")))]
    Exchange {
        /// The denied twin that was running, if any.
        twin: Option<String>,
        /// Why.
        source: ExchangeError,
    },
    /// The driver breaks its manifest.
    #[error("natively: {0}")]
    Violation(#[from] Violation),
    /// The driver went on for more rounds than its manifest allows.
    #[error("the driver asked for more than {0} rounds")]
    Endless(u32),
    /// Two runs that must be the same differ.
    #[error("{left} and {right} differ in {what}")]
    Differ {
        /// One run.
        left: &'static str,
        /// The other.
        right: &'static str,
        /// Where.
        what: String,
    },
    /// Something denied came out all the same.
    #[error("{what} came out though {twin} was denied")]
    Leak {
        /// The denied twin.
        twin: String,
        /// What came out.
        what: String,
    },
}
