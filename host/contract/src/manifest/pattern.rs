//! Regular expressions of a manifest.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A regular expression, anchored at both ends and compiled once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    source: String,
    compiled: OnceLock<regex_lite::Regex>,
}

impl Pattern {
    /// As it stands in the manifest.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.get().is_some_and(|r| r.is_match(text))
    }
}

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        let compiled = regex_lite::RegexBuilder::new(&format!("\\A(?:{source})\\z")).size_limit(1 << 16).build()?;
        Ok(Self { source, compiled: OnceLock::from(compiled) })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}
