//! Under which host name a passkey is made and good, and the one origin that may ask for it.

use std::net::IpAddr;

use crate::branding::HostName;

/// A relying party (WebAuthn 3, 4): the portal under one host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    id: String,
    origin: String,
}

impl Party {
    /// The portal under its public URL: scheme and authority. `None` where it has no host name: there are no passkeys
    /// for addresses. This machine's own stands for `localhost`, which browsers trust without TLS.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let url = url.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = url.split_once("://")?;
        let colon = authority.rfind(':').filter(|at| *at > authority.rfind(']').unwrap_or(0));
        let (host, port) = colon.map_or((authority, ""), |at| authority.split_at(at));
        let id = match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => "localhost",
            Ok(_) => return None,
            Err(_) => host,
        };
        if id.is_empty() || (scheme != "https" && id != "localhost") {
            return None;
        }
        // as browsers write an origin (HTML, 7.1.1): without the scheme's own port
        let port = match (scheme, port) {
            ("https", ":443") | ("http", ":80") => "",
            (_, port) => port,
        };
        Some(Self { id: id.to_owned(), origin: format!("{scheme}://{id}{port}") })
    }

    /// A dealer's portal under its own host name.
    #[must_use]
    pub fn of_host(host: &HostName) -> Self {
        Self { id: host.as_str().to_owned(), origin: format!("https://{host}") }
    }

    /// The host name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin that may ask.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_a_host_name_with_one_origin() {
        let of = |url: &str| Party::of_url(url).map(|party| (party.id, party.origin));
        let party = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(of("https://Portal.Example"), party("portal.example", "https://portal.example"));
        assert_eq!(of("https://portal.example:443"), party("portal.example", "https://portal.example"));
        assert_eq!(of("https://portal.example:8443"), party("portal.example", "https://portal.example:8443"));
        assert_eq!(of("http://127.0.0.1:8080"), party("localhost", "http://localhost:8080"));
        assert_eq!(of("http://[::1]:8080"), party("localhost", "http://localhost:8080"));
        assert_eq!(of("http://localhost"), party("localhost", "http://localhost"));
        for none in ["https://192.0.2.1", "https://[2001:db8::1]:8443", "http://portal.example", "portal.example"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
