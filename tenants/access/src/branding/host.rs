//! The name under which a browser finds a portal.

use std::fmt;
use std::str::FromStr;

use bailiwick_text::host;
use serde::{Deserialize, Serialize};

/// A host name of at least two labels, in lower case, without a port (RFC 1123, 2.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "String", into = "String")]
#[sqlx(transparent)]
pub struct HostName(String);

/// A text that is no host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a host name is written like portal.example.com")]
pub struct HostNameError;

impl HostName {
    /// From the `Host` header of a call (RFC 9110, 7.2), its port left out. Nothing where it is an address.
    #[must_use]
    pub fn of_header(value: &str) -> Option<Self> {
        let name = value.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        name.map_or(value, |(name, _)| name).parse().ok()
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = HostNameError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.is_ascii().then(|| host::public_name(text)).flatten().map(Self).ok_or(HostNameError)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for HostName {
    type Error = HostNameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_nothing_else() {
        assert_eq!("Portal.Example.COM.".parse::<HostName>().unwrap().as_str(), "portal.example.com");
        for wrong in [
            "",
            "localhost",
            "10.0.0.1",
            "1.2.3",
            "-a.example",
            "a-.example",
            "a..b",
            "a b.c",
            "a.b/c",
            "ä.de",
            "[::1]",
        ] {
            assert!(wrong.parse::<HostName>().is_err(), "{wrong}");
        }
        assert!(format!("{}.de", "a".repeat(64)).parse::<HostName>().is_err());
    }

    #[test]
    fn a_header_may_have_a_port() {
        assert_eq!(HostName::of_header("portal.example.com:8443").unwrap().as_str(), "portal.example.com");
        assert_eq!(HostName::of_header("portal.example.com").unwrap().as_str(), "portal.example.com");
        for none in ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "a.b:x", ""] {
            assert!(HostName::of_header(none).is_none(), "{none}");
        }
    }
}
