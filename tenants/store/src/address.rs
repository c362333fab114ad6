//! The address of a PostgreSQL of one's own, and how the way to it is protected.
//!
//! A Unix socket and loopback do not leave the machine. Beyond it there is TLS with a verified certificate and name, or
//! clear text that the settings allow by name; nothing in between is ever chosen by the server's answer, since whoever
//! is on the way could give it.

use std::fmt;
use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// Whether clear text to another machine is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleartext {
    /// It is not.
    Refused,
    /// The settings say so.
    Allowed,
}

/// How the way is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// It does not leave the machine.
    Local,
    /// TLS; the server's certificate is valid, of an authority that is believed, and has the host's name.
    VerifiedTls,
    /// None.
    Cleartext,
}

/// The address of an external PostgreSQL. Its `Debug` shows no password.
#[derive(Clone)]
pub struct Address {
    options: PgConnectOptions,
    protection: Protection,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        f.debug_struct("Address")
            .field("host", &host)
            .field("port", &port)
            .field("protection", &self.protection)
            .finish_non_exhaustive()
    }
}

/// Why a URL is not the address of a database. None shows anything of the URL but the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It does not parse.
    #[error("is not a PostgreSQL URL")]
    Url,
    /// A parameter that would be passed over.
    #[error("has the parameter '{0}', which this server does not know and would not follow")]
    Parameter(String),
    /// Its authorities have a setting.
    #[error("names certificates of authorities, for which there is database_ca")]
    Authorities,
    /// No such mode.
    #[error("has an unknown sslmode")]
    Mode,
    /// `allow` and `prefer`.
    #[error("has sslmode={0}, which lets the server that answers decide whether to use TLS")]
    Undecided(&'static str),
    /// TLS over a socket.
    #[error("asks for TLS over a Unix socket, which has none")]
    Socket,
    /// Clear text beyond the machine.
    #[error("has sslmode=disable, which sends everything in clear text to another machine")]
    Cleartext,
}

/// What a URL may say beside user, password, host, port and database. Everything else would be passed over.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`:
    ///
    /// | `sslmode` | socket | loopback | elsewhere |
    /// |---|---|---|---|
    /// | absent | clear | clear | verified TLS |
    /// | `require`, `verify-ca`, `verify-full` | refused | verified TLS | verified TLS |
    /// | `disable` | clear | clear | refused, or clear where `cleartext` allows it |
    /// | `allow`, `prefer` | refused | refused | refused |
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(url: &SecretString, cleartext: Cleartext) -> Result<Self, AddressError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| AddressError::Url)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") || url.fragment().is_some() {
            return Err(AddressError::Url);
        }
        let mut mode = None;
        let mut named = false;
        for (key, value) in url.query_pairs() {
            match &*key {
                "sslrootcert" => return Err(AddressError::Authorities),
                "sslmode" => mode = Some(value.parse::<PgSslMode>().map_err(|_| AddressError::Mode)?),
                "application_name" => named = true,
                known if PARAMETERS.contains(&known) || known.starts_with("options[") => {}
                unknown => return Err(AddressError::Parameter(unknown.to_owned())),
            }
        }
        let mut options = PgConnectOptions::from_url(&url).map_err(|_| AddressError::Url)?;
        if !named {
            options = options.application_name("bailiwick");
        }
        let protection = protection(mode, &Way::of(&options), cleartext)?;
        let mode = if protection == Protection::VerifiedTls { PgSslMode::VerifyFull } else { PgSslMode::Disable };
        // whatever the variables of PostgreSQL's own programs say
        let options = options.ssl_mode(mode).ssl_root_cert_from_pem(Vec::new());
        Ok(Self { options, protection })
    }

    /// With certificates (PEM) of authorities that are believed beside those of the machine.
    #[must_use]
    pub fn believing(self, authorities: Vec<u8>) -> Self {
        Self { options: self.options.ssl_root_cert_from_pem(authorities), ..self }
    }

    /// How the way is protected.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }
}

/// Where the server is.
enum Way {
    Socket,
    Loopback,
    Network,
}

impl Way {
    fn of(options: &PgConnectOptions) -> Self {
        let host = options.get_host();
        if options.get_socket().is_some() || host.starts_with('/') {
            Self::Socket
        } else if is_loopback(host) {
            Self::Loopback
        } else {
            Self::Network
        }
    }
}

/// Whether a host is this machine by its very name (RFC 6761, section 6.3) or address.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn protection(mode: Option<PgSslMode>, way: &Way, cleartext: Cleartext) -> Result<Protection, AddressError> {
    match (mode, way) {
        (Some(PgSslMode::Allow), _) => Err(AddressError::Undecided("allow")),
        (Some(PgSslMode::Prefer), _) => Err(AddressError::Undecided("prefer")),
        (None | Some(PgSslMode::Disable), Way::Socket | Way::Loopback) => Ok(Protection::Local),
        (Some(PgSslMode::Disable), Way::Network) if cleartext == Cleartext::Allowed => Ok(Protection::Cleartext),
        (Some(PgSslMode::Disable), Way::Network) => Err(AddressError::Cleartext),
        (Some(_), Way::Socket) => Err(AddressError::Socket),
        (Some(_), Way::Loopback) | (_, Way::Network) => Ok(Protection::VerifiedTls),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str, cleartext: Cleartext) -> Result<Protection, AddressError> {
        Address::parse(&url.into(), cleartext).map(|address| address.protection())
    }

    #[test]
    fn every_mode_has_one_outcome_on_every_way() {
        use AddressError::{Cleartext as Clear, Socket, Undecided};
        use Protection::{Cleartext as InClear, Local, VerifiedTls};
        let (socket, loopback, network) =
            ("postgres:///d?host=/run/postgresql", "postgres://u@127.0.0.1/d?", "postgres://u:p@db.example.com/d?");
        let rows = [
            ("", Ok(Local), Ok(Local), Ok(VerifiedTls), Ok(VerifiedTls)),
            ("&sslmode=disable", Ok(Local), Ok(Local), Err(Clear), Ok(InClear)),
            (
                "&sslmode=allow",
                Err(Undecided("allow")),
                Err(Undecided("allow")),
                Err(Undecided("allow")),
                Err(Undecided("allow")),
            ),
            (
                "&sslmode=prefer",
                Err(Undecided("prefer")),
                Err(Undecided("prefer")),
                Err(Undecided("prefer")),
                Err(Undecided("prefer")),
            ),
            ("&sslmode=require", Err(Socket), Ok(VerifiedTls), Ok(VerifiedTls), Ok(VerifiedTls)),
            ("&sslmode=verify-ca", Err(Socket), Ok(VerifiedTls), Ok(VerifiedTls), Ok(VerifiedTls)),
            ("&sslmode=verify-full", Err(Socket), Ok(VerifiedTls), Ok(VerifiedTls), Ok(VerifiedTls)),
        ];
        for (mode, by_socket, by_loopback, by_network, allowed) in rows {
            assert_eq!(way(&format!("{socket}{mode}"), Cleartext::Refused), by_socket, "socket {mode}");
            assert_eq!(way(&format!("{loopback}{mode}"), Cleartext::Refused), by_loopback, "loopback {mode}");
            assert_eq!(way(&format!("{network}{mode}"), Cleartext::Refused), by_network, "network {mode}");
            assert_eq!(way(&format!("{network}{mode}"), Cleartext::Allowed), allowed, "allowed {mode}");
        }
        assert_eq!(way("postgres://db/d?sslmode=maybe", Cleartext::Refused), Err(AddressError::Mode));
    }

    #[test]
    fn where_the_server_is_counts_and_not_how_it_is_written() {
        for local in ["localhost", "LOCALHOST", "127.3.2.1", "[::1]", "%2Frun%2Fpostgresql"] {
            assert_eq!(way(&format!("postgres://u@{local}/d"), Cleartext::Refused), Ok(Protection::Local), "{local}");
        }
        for far in ["localhost.example.com", "10.0.0.1", "[fe80::1]", "127.0.0.1.example.com"] {
            let url = format!("postgres://u@{far}/d?sslmode=disable");
            assert_eq!(way(&url, Cleartext::Refused), Err(AddressError::Cleartext), "{far}");
        }
        // a parameter names another host than the one before it
        for other in ["host=db.example.com", "hostaddr=192.0.2.1"] {
            let url = format!("postgres://u@localhost/d?{other}");
            assert_eq!(way(&url, Cleartext::Refused), Ok(Protection::VerifiedTls), "{other}");
        }
    }

    #[test]
    fn what_would_be_passed_over_is_refused() {
        for unknown in ["channel_binding=require", "target_session_attrs=read-write", "ssl-mode=verify-full", "tls=on"]
        {
            let refused = way(&format!("postgres://u@localhost/d?{unknown}"), Cleartext::Refused);
            assert!(matches!(refused, Err(AddressError::Parameter(_))), "{unknown}: {refused:?}");
        }
        let own = way("postgres://u@db/d?sslrootcert=/ca.pem", Cleartext::Refused);
        assert_eq!(own, Err(AddressError::Authorities));
        for no in ["mysql://u@h/d", "hunter2", "postgres://h/d?port=many"] {
            assert_eq!(way(no, Cleartext::Refused), Err(AddressError::Url), "{no}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let address = Address::parse(&"postgres://u:hunter2@db.example.com/d".into(), Cleartext::Refused).unwrap();
        assert!(!format!("{address:?}").contains("hunter2"));
    }
}
