//! Why the server cannot start with these settings.

use std::path::PathBuf;

/// A wrong setting: its key, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read; check the path given to --config and its permissions", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key is unknown or has the wrong type.
    #[error("a setting is unknown or of the wrong type; `bailiwick config --print-defaults` lists every key")]
    Shape(#[source] Box<figment::Error>),
    /// A value is wrong.
    #[error("{key} {problem}: {advice} (BAILIWICK_{})", key.to_uppercase())]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do.
        advice: &'static str,
    },
}

impl ConfigError {
    pub(super) fn value(key: &'static str, problem: impl Into<String>, advice: &'static str) -> Self {
        Self::Value { key, problem: problem.into(), advice }
    }
}
