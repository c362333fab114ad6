//! How an agent is spoken to. A community is a password sent in the clear: it never appears in a log, an error or a
//! `Debug` text, and is wiped from memory when it is dropped.

use secrecy::{ExposeSecret, SecretString};

/// The protocol version of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// SNMPv1 (RFC 1157).
    V1,
    /// SNMPv2c (RFC 1901).
    V2c,
}

impl Version {
    /// The number in the message header.
    #[must_use]
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::V1 => 0,
            Self::V2c => 1,
        }
    }

    /// `1` or `2c`, as tools write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2c => "2c",
        }
    }
}

/// A community string of 1 to [`Community::MAX`] octets.
#[derive(Debug, Clone)]
pub struct Community(SecretString);

/// Why a text is no community. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a community has 1 to {} octets", Community::MAX)]
pub struct CommunityError;

impl Community {
    /// The longest community that is accepted, in octets.
    pub const MAX: usize = 255;

    /// # Errors
    /// [`CommunityError`] for an empty or overlong text.
    pub fn new(text: impl Into<String>) -> Result<Self, CommunityError> {
        let text = SecretString::from(text.into());
        if (1..=Self::MAX).contains(&text.expose_secret().len()) { Ok(Self(text)) } else { Err(CommunityError) }
    }

    pub(crate) fn octets(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// How to speak to a target.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// SNMPv1: no GETBULK, no 64-bit counters.
    V1(Community),
    /// SNMPv2c.
    V2c(Community),
}

impl Credentials {
    /// The protocol version.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::V1(_) => Version::V1,
            Self::V2c(_) => Version::V2c,
        }
    }

    /// The same community with another version.
    #[must_use]
    pub fn with_version(&self, version: Version) -> Self {
        match version {
            Version::V1 => Self::V1(self.community().clone()),
            Version::V2c => Self::V2c(self.community().clone()),
        }
    }

    pub(crate) fn community(&self) -> &Community {
        match self {
            Self::V1(community) | Self::V2c(community) => community,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_community_is_not_shown() {
        let credentials = Credentials::V2c(Community::new("hush-hush").unwrap());
        assert!(!format!("{credentials:?}").contains("hush"), "{credentials:?}");
        let error = Community::new("hush".repeat(100)).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"));
        assert!(Community::new("").is_err());
    }
}
