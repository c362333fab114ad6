//! What may be reached: a host and a port for a purpose, of the platform or of an account.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bailiwick_store::AccountId;
use serde::{Deserialize, Serialize};
use url::Host;

/// What a connection is for. The names are stable: they stand in settings, figures and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Mail. Of the platform alone.
    Smtp,
    /// Calls that an account asked for.
    Webhook,
    /// Sign-in services: discovery, keys, tokens.
    Oidc,
    /// Push services of device makers and browsers.
    Push,
    /// Files.
    ObjectStore,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Smtp, Self::Webhook, Self::Oidc, Self::Push, Self::ObjectStore];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Webhook => "webhook",
            Self::Oidc => "oidc",
            Self::Push => "push",
            Self::ObjectStore => "object_store",
        }
    }

    /// Whether an account may open it for itself.
    #[must_use]
    pub const fn of_accounts(self) -> bool {
        !matches!(self, Self::Smtp)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// For whom a connection is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Behalf {
    /// For the platform itself: what its settings name.
    Platform,
    /// For an account: what it, or an account above it, named.
    Account(AccountId),
}

/// A host and port for a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Destination {
    /// What for.
    pub purpose: Purpose,
    host: String,
    port: u16,
}

/// Why a text is no destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// No purpose that there is.
    #[error("there is no such purpose: use smtp, webhook, oidc, push or object_store")]
    Purpose,
    /// No name of a host, and no address.
    #[error("this is not a host name or address")]
    Host,
    /// No port.
    #[error("a port is a number from 1 to 65535")]
    Port,
}

impl Destination {
    /// A host by name or address, as a browser would read it: in lower case, in ASCII, without a trailing dot, an
    /// address in its one spelling (so `2130706433` and `0x7f.1` are `127.0.0.1`).
    ///
    /// # Errors
    /// [`DestinationError::Host`], [`DestinationError::Port`].
    pub fn new(purpose: Purpose, host: &str, port: u16) -> Result<Self, DestinationError> {
        if port == 0 {
            return Err(DestinationError::Port);
        }
        Ok(Self { purpose, host: canonical(host)?, port })
    }

    /// The host, in its one spelling.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, where the host is one and no name.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// `oidc=login.example.com` or `webhook=hooks.example.com:8443`; the port is 443 where it is left out.
impl FromStr for Destination {
    type Err = DestinationError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (purpose, place) = text.split_once('=').ok_or(DestinationError::Purpose)?;
        let purpose = Purpose::ALL.into_iter().find(|known| known.name() == purpose.trim());
        let purpose = purpose.ok_or(DestinationError::Purpose)?;
        let place = place.trim();
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| DestinationError::Port)?),
            _ => (place, 443),
        };
        Self::new(purpose, host, port)
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(IpAddr::V6(address)) => f.pad(&format!("[{address}]:{}", self.port)),
            _ => f.pad(&format!("{}:{}", self.host, self.port)),
        }
    }
}

fn canonical(host: &str) -> Result<String, DestinationError> {
    let host = host.trim();
    // what url's parser would take for an address in brackets
    let bare = host.parse::<std::net::Ipv6Addr>().map(|address| format!("[{address}]"));
    match Host::parse(bare.as_deref().unwrap_or(host)).map_err(|_| DestinationError::Host)? {
        Host::Ipv4(address) => Ok(address.to_string()),
        Host::Ipv6(address) => Ok(address.to_string()),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_owned();
            let label = |label: &str| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            };
            if name.len() <= 253 && name.split('.').all(label) { Ok(name) } else { Err(DestinationError::Host) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        for (text, host) in [
            ("Hooks.Example.COM.", "hooks.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("[::1]", "::1"),
            ("::FFFF:7f00:1", "::ffff:127.0.0.1"),
        ] {
            assert_eq!(Destination::new(Purpose::Webhook, text, 443).unwrap().host(), host, "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", ".", "a b", "user@host", "host/path", "host:1", "a..b", "*.example.com", "a\r\nb", "a\0b", "[::1"]
        {
            assert!(Destination::new(Purpose::Webhook, text, 443).is_err(), "{text:?}");
        }
        assert_eq!(Destination::new(Purpose::Webhook, "a", 0), Err(DestinationError::Port));
    }

    #[test]
    fn a_setting_reads_back() {
        for (text, shown) in [
            ("oidc=login.example.com", "login.example.com:443"),
            ("webhook = hooks.example.com:8443", "hooks.example.com:8443"),
            ("push=[2606:4700::1]:443", "[2606:4700::1]:443"),
            ("push=[2606:4700::1]", "[2606:4700::1]:443"),
        ] {
            assert_eq!(text.parse::<Destination>().unwrap().to_string(), shown);
        }
        for text in ["login.example.com", "mail=x", "oidc=x:0", "oidc=x:port", "oidc="] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }
}
