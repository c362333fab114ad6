//! The database and Redis: where they are, and that the way to them is protected.

use std::path::{Path, PathBuf};

use bailiwick_store::address::{Address, AddressError, Cleartext, Protection};
use secrecy::{ExposeSecret as _, SecretString};

use super::{ConfigError, settings::Settings};
use crate::shared::{RedisAddress, RedisAddressError};

/// What the server stands on.
pub(super) struct Backends {
    pub database: Option<Address>,
    pub redis: Option<RedisAddress>,
    /// What is worth a warning.
    pub remarks: Vec<String>,
}

/// Of what the settings may allow clear text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Backend {
    Database,
    Redis,
}

impl Backend {
    const ALL: [Self; 2] = [Self::Database, Self::Redis];

    const fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Redis => "redis",
        }
    }
}

pub(super) fn backends(s: &mut Settings) -> Result<Backends, ConfigError> {
    let allowed = allowed(&s.allow_cleartext)?;
    let cleartext = |backend| if allowed.contains(&backend) { Cleartext::Allowed } else { Cleartext::Refused };
    let database = database(s.database_url.take(), s.database_ca.take(), cleartext(Backend::Database))?;
    let redis = redis(s.redis_url.take(), s.redis_ca.take(), cleartext(Backend::Redis))?;
    let ways = [
        (Backend::Database, database.as_ref().map(Address::protection)),
        (Backend::Redis, redis.as_ref().map(RedisAddress::protection)),
    ];
    let remark = |(backend, way): (Backend, Option<Protection>)| {
        let name = backend.name();
        match way {
            Some(Protection::Cleartext) => Some(format!(
                "allow_cleartext: everything to and from {name} goes in clear to another machine, passwords included"
            )),
            _ if allowed.contains(&backend) => {
                Some(format!("allow_cleartext names {name}, which needs none: remove it"))
            }
            _ => None,
        }
    };
    let remarks = ways.into_iter().filter_map(remark).collect();
    Ok(Backends { database, redis, remarks })
}

fn allowed(texts: &[String]) -> Result<Vec<Backend>, ConfigError> {
    let one = |text: &String| {
        Backend::ALL.into_iter().find(|backend| backend.name() == text.trim()).ok_or_else(|| {
            ConfigError::value("allow_cleartext", format!("'{text}' is nothing it knows"), "write database or redis")
        })
    };
    texts.iter().map(one).collect()
}

/// The URL itself is a secret: no error shows it.
fn database(
    url: Option<SecretString>,
    ca: Option<PathBuf>,
    cleartext: Cleartext,
) -> Result<Option<Address>, ConfigError> {
    let authorities = authorities("database_ca", ca.as_deref())?;
    let Some(url) = url.filter(|url| !url.expose_secret().is_empty()) else {
        return match authorities {
            Some(_) => Err(ConfigError::value("database_ca", "stands without database_url", "remove it, or set both")),
            None => Ok(None),
        };
    };
    let address = Address::parse(&url, cleartext).map_err(|error| {
        let advice = match &error {
            AddressError::Parameter(_) => "remove it",
            AddressError::Authorities => "name the file there and remove sslrootcert",
            AddressError::Undecided(_) => {
                "remove it, which means verified TLS beyond this machine, or say sslmode=verify-full"
            }
            AddressError::Mode => "write sslmode=verify-full or sslmode=disable, or leave it out",
            AddressError::Socket => "remove sslmode; only users of this machine reach a socket",
            AddressError::Cleartext => {
                "remove sslmode for verified TLS; to send in clear all the same, put database into allow_cleartext"
            }
            _ => "write it like postgresql://bailiwick@db.internal/bailiwick",
        };
        ConfigError::value("database_url", error.to_string(), advice)
    })?;
    match authorities {
        Some(_) if address.protection() != Protection::VerifiedTls => Err(ConfigError::value(
            "database_ca",
            "stands beside a database_url without TLS",
            "add sslmode=verify-full to database_url, or remove database_ca",
        )),
        Some(pem) => Ok(Some(address.believing(pem))),
        None => Ok(Some(address)),
    }
}

/// As [`database`].
fn redis(
    url: Option<SecretString>,
    ca: Option<PathBuf>,
    cleartext: Cleartext,
) -> Result<Option<RedisAddress>, ConfigError> {
    let authorities = authorities("redis_ca", ca.as_deref())?;
    let Some(url) = url.filter(|url| !url.expose_secret().is_empty()) else {
        return match authorities {
            Some(_) => Err(ConfigError::value("redis_ca", "stands without redis_url", "remove it, or set both")),
            None => Ok(None),
        };
    };
    let address = RedisAddress::parse(&url, cleartext).map_err(|error| {
        let advice = match &error {
            RedisAddressError::Parameter(_) => "remove it",
            RedisAddressError::Unverified => "remove #insecure and name its authority in redis_ca",
            RedisAddressError::Cleartext => {
                "write rediss:// for verified TLS; to send in clear all the same, put redis into allow_cleartext"
            }
            RedisAddressError::Url => "write it like rediss://:password@cache.internal:6379/0",
        };
        ConfigError::value("redis_url", error.to_string(), advice)
    })?;
    match authorities {
        Some(_) if address.protection() != Protection::VerifiedTls => Err(ConfigError::value(
            "redis_ca",
            "stands beside a redis_url without TLS",
            "write rediss:// in redis_url, or remove redis_ca",
        )),
        Some(pem) => Ok(Some(address.believing(pem))),
        None => Ok(Some(address)),
    }
}

/// The file, which must hold certificates.
fn authorities(key: &'static str, path: Option<&Path>) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(path) = path.filter(|path| !path.as_os_str().is_empty()) else { return Ok(None) };
    let advice = "name a file with certificates in PEM that the server's user may read";
    let wrong = |error: String| ConfigError::value(key, error, advice);
    bailiwick_egress::read_authorities(path).map_err(|error| wrong(error.to_string()))?;
    std::fs::read(path).map(Some).map_err(|error| wrong(format!("{}: {error}", path.display())))
}
