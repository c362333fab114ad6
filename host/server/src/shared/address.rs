//! The address of a Redis, and how the way to it is protected: as that of the database
//! ([`bailiwick_store::address`]).

use std::{collections::BTreeSet, fmt};

use bailiwick_store::address::{Cleartext, Protection, is_loopback};
use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, TlsCertificates};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// The address of a Redis. Its `Debug` shows no password.
#[derive(Clone)]
pub struct RedisAddress {
    info: ConnectionInfo,
    protection: Protection,
    authorities: Option<Vec<u8>>,
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, protection) = (self.info.addr().to_string(), self.protection);
        f.debug_struct("RedisAddress").field("at", &at).field("protection", &protection).finish_non_exhaustive()
    }
}

/// Why a URL is not the address of a Redis. None shows anything of the URL but the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedisAddressError {
    /// It does not parse.
    #[error("is not a Redis URL")]
    Url,
    /// A parameter that would be passed over.
    #[error("has the parameter '{0}', which this server does not know and would not follow")]
    Parameter(String),
    /// `#insecure`.
    #[error("says #insecure, which takes any certificate")]
    Unverified,
    /// Clear text beyond the machine.
    #[error("begins with redis://, which sends everything in clear to another machine")]
    Cleartext,
}

impl RedisAddress {
    /// Reads `rediss://…` (verified TLS), `redis://…` (clear: on loopback, or where `cleartext` allows it) or
    /// `redis+unix://…`.
    ///
    /// # Errors
    /// [`RedisAddressError`].
    pub fn parse(url: &SecretString, cleartext: Cleartext) -> Result<Self, RedisAddressError> {
        let text = url.expose_secret();
        let parsed = Url::parse(text).map_err(|_| RedisAddressError::Url)?;
        let info = text.into_connection_info().map_err(|_| RedisAddressError::Url)?;
        let (protection, known): (_, &[&str]) = match info.addr() {
            ConnectionAddr::Unix(_) => (Protection::Local, &["db", "user", "pass", "protocol"]),
            ConnectionAddr::TcpTls { insecure: true, .. } => return Err(RedisAddressError::Unverified),
            ConnectionAddr::TcpTls { .. } => (Protection::VerifiedTls, &["protocol"]),
            ConnectionAddr::Tcp(host, _) if is_loopback(host) => (Protection::Local, &["protocol"]),
            ConnectionAddr::Tcp(..) if cleartext == Cleartext::Allowed => (Protection::Cleartext, &["protocol"]),
            ConnectionAddr::Tcp(..) => return Err(RedisAddressError::Cleartext),
            _ => return Err(RedisAddressError::Url),
        };
        let said: BTreeSet<_> = parsed.query_pairs().map(|(key, _)| key.into_owned()).collect();
        match said.into_iter().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(RedisAddressError::Parameter(unknown)),
            None if parsed.fragment().is_some() => Err(RedisAddressError::Url),
            None => Ok(Self { info, protection, authorities: None }),
        }
    }

    /// With certificates (PEM) of authorities that are believed instead of those of the machine.
    #[must_use]
    pub fn believing(self, authorities: Vec<u8>) -> Self {
        Self { authorities: Some(authorities), ..self }
    }

    /// How the way is protected.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// None where the authorities are no certificates, which the settings do not let through.
    pub(super) fn client(&self) -> Option<Client> {
        match &self.authorities {
            Some(pem) if self.protection == Protection::VerifiedTls => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(self.info.clone(), certificates).ok()
            }
            _ => Client::open(self.info.clone()).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str, cleartext: Cleartext) -> Result<Protection, RedisAddressError> {
        RedisAddress::parse(&url.into(), cleartext).map(|address| address.protection())
    }

    #[test]
    fn beyond_the_machine_there_is_verified_tls() {
        for local in
            ["redis://localhost", "redis://127.0.0.1:6379/1", "redis://[::1]", "redis+unix:///run/redis.sock?db=1"]
        {
            assert_eq!(way(local, Cleartext::Refused), Ok(Protection::Local), "{local}");
        }
        for verified in ["rediss://cache", "rediss://:secret@cache:6380/1", "rediss://localhost?protocol=resp3"] {
            assert_eq!(way(verified, Cleartext::Allowed), Ok(Protection::VerifiedTls), "{verified}");
        }
        for clear in ["redis://cache", "redis://10.0.0.1", "redis://localhost.example.com"] {
            assert_eq!(way(clear, Cleartext::Refused), Err(RedisAddressError::Cleartext), "{clear}");
            assert_eq!(way(clear, Cleartext::Allowed), Ok(Protection::Cleartext), "{clear}");
        }
        for allowed in [Cleartext::Refused, Cleartext::Allowed] {
            assert_eq!(way("rediss://cache/#insecure", allowed), Err(RedisAddressError::Unverified));
            let passed_over = Err(RedisAddressError::Parameter("ssl_cert_reqs".to_owned()));
            assert_eq!(way("rediss://cache/?ssl_cert_reqs=none", allowed), passed_over);
            assert_eq!(way("http://cache", allowed), Err(RedisAddressError::Url));
        }
    }

    #[test]
    fn no_password_is_shown() {
        let address = RedisAddress::parse(&"rediss://u:hunter2@cache".into(), Cleartext::Refused).expect("an address");
        assert!(!format!("{address:?}").contains("hunter2"));
    }
}
