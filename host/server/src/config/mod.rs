//! The server's settings: defaults, then `bailiwick.toml`, then `BAILIWICK_*`, parsed once at start.
//!
//! What comes out of [`Config::load`] is whole: addresses are addresses, a certificate has its key, and
//! plain HTTP beyond loopback cannot be expressed. Every error names the key and says what to do, so
//! that a first start needs no manual. The defaults are one commented file, which
//! `bailiwick config --print-defaults` prints, so the documentation cannot differ from the behaviour.

mod backends;
mod error;
mod settings;

use std::{
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use axum::http::Uri;
use bailiwick_access::{branding::HostName, invitations::SenderLimits};
use bailiwick_egress::{Destination, Purpose};
use bailiwick_mail::{Sender, SmtpServer};
use bailiwick_shares::Bounds;
use bailiwick_store::address::Address;
use bailiwick_text::ShortName;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::EnvFilter;

pub use error::ConfigError;
use settings::Settings;

use crate::shared::RedisAddress;

/// Threads that run drivers, at most: each reserves memory for its instances.
const MOST_THREADS: usize = 256;

/// The defaults with their documentation.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// How calls reach the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS by this server.
    Tls {
        /// PEM file of the chain.
        certificate: PathBuf,
        /// PEM file of its key.
        key: PathBuf,
    },
    /// Plain HTTP from proxies that speak TLS in front; their networks.
    Proxied(Vec<IpNet>),
    /// Plain HTTP on loopback: one machine.
    Loopback,
}

impl Transport {
    /// Whether a browser sees HTTPS, so that cookies are `Secure` and HSTS is sent.
    #[must_use]
    pub fn secure(&self) -> bool {
        !matches!(self, Self::Loopback)
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The relay.
    pub server: SmtpServer,
    /// The sender's address.
    pub from: String,
}

/// What may be reached from here.
#[derive(Debug, Clone, Default)]
pub struct Outbound {
    /// For the platform itself, the mail relay included.
    pub hosts: Vec<Destination>,
    /// Networks that are not public and may be reached.
    pub private_networks: Vec<IpNet>,
    /// PEM file of further authorities.
    pub authorities: Option<PathBuf>,
}

/// Calls a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Failed sign-ins from one source.
    pub sign_in: u32,
    /// Calls with one session or token.
    pub calls: u32,
    /// Calls with all tokens of one account together.
    pub account: u32,
    /// Calls of the REST interface from one source, and as many at the collectors' door.
    pub source: u32,
    /// Calls of one collector.
    pub collector: u32,
}

/// Connections of callers at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// In all; absent: what the descriptors of this process allow.
    pub all: Option<usize>,
    /// Of one source.
    pub source: usize,
}

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the public listener binds.
    pub listen: SocketAddr,
    /// Scheme and authority without a trailing slash, as browsers and collectors see them.
    pub public_url: String,
    /// The private folder.
    pub data_dir: PathBuf,
    /// The file of the key that seals stored secrets.
    pub sealing_key: PathBuf,
    /// The file of the key that signs the audit.
    pub audit_key: PathBuf,
    /// An external PostgreSQL; absent for the embedded one.
    pub database: Option<Address>,
    /// What server processes share; absent for one process.
    pub redis: Option<RedisAddress>,
    /// How calls arrive.
    pub transport: Transport,
    /// Where figures and health are served.
    pub metrics_listen: SocketAddr,
    /// What the platform is called.
    pub product_name: String,
    /// How mail is sent; absent: it is not.
    pub mail: Option<Mail>,
    /// What may be reached from here.
    pub outbound: Outbound,
    /// Connections of callers.
    pub connections: Connections,
    /// Rate limits.
    pub rates: Rates,
    /// How many invitations a sender may cause.
    pub senders: SenderLimits,
    /// After how long an API token ends at the latest.
    pub token_lifetime: jiff::SignedDuration,
    /// Bytes of bodies that may be held in memory at once.
    pub body_memory: usize,
    /// Database connections, at most.
    pub database_connections: u32,
    /// How much work is under way and waits.
    pub work: Bounds,
    /// One call's time.
    pub request_timeout: Duration,
    /// What running calls get at shutdown.
    pub shutdown: Duration,
    /// Threads for drivers; absent: one per processor.
    pub driver_threads: Option<usize>,
    /// How long a deleted account can still be had back.
    pub deletion_grace: jiff::SignedDuration,
    /// The log filter.
    pub log: String,
    /// The log's form.
    pub log_format: LogFormat,
    /// What was set but has no effect; logged once the log is up.
    pub remarks: Vec<String>,
}

impl Config {
    /// Reads defaults, the file if one is named, and the environment.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key and what to do.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(path) = file {
            std::fs::File::open(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
            // by its name, so that an error can tell it
            figment = figment.merge(Toml::file_exact(path));
        }
        let figment = figment.merge(Env::prefixed("BAILIWICK_").only(settings::keys()));
        let settings: Settings = figment.extract().map_err(|e| ConfigError::Shape(Box::new(e)))?;
        Self::try_from(settings)
    }
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    fn try_from(mut s: Settings) -> Result<Self, ConfigError> {
        let backends = backends::backends(&mut s)?;
        let (sealing_key, audit_key) = keys(&s)?;
        let work = work(&s)?;
        let listen = address("listen", &s.listen)?;
        let transport = transport(&s, listen)?;
        let public_url = public_url(s.public_url.as_deref(), listen, &transport)?;
        if s.data_dir.as_os_str().is_empty() {
            return Err(ConfigError::value("data_dir", "is empty", "name the folder that holds the platform's data"));
        }
        let rates = Rates {
            sign_in: rate("sign_in_per_minute", s.sign_in_per_minute)?,
            calls: rate("calls_per_minute", s.calls_per_minute)?,
            account: rate("account_per_minute", s.account_per_minute)?,
            source: rate("source_per_minute", s.source_per_minute)?,
            collector: rate("collector_per_minute", s.collector_per_minute)?,
        };
        let senders = SenderLimits {
            at_first: rate("invitations_per_day_at_first", s.invitations_per_day_at_first)?,
            per_account: rate("invitations_per_day", s.invitations_per_day)?,
            per_operator: rate("invitations_per_operator_per_day", s.invitations_per_operator_per_day)?,
        };
        let product_name = s.product_name.parse::<ShortName>().map_err(|error| {
            ConfigError::value("product_name", error.detail(), "give 1 to 60 characters on one line")
        })?;
        let product_name = product_name.into_string();
        let mail = mail(s.smtp_url.as_ref(), s.mail_from.as_deref())?;
        let outbound = Outbound {
            hosts: outbound_hosts(mail.as_ref())?,
            private_networks: networks("egress_private_networks", &s.egress_private_networks)?,
            authorities: s.egress_ca.filter(|path| !path.as_os_str().is_empty()),
        };
        // the embedded database takes 80, of which 3 are its superuser's and 12 are of other roles and commands
        let most = if backends.database.is_some() { 1_000 } else { 64 };
        if !(4..=most).contains(&s.database_connections) {
            let advice = "give 4 to 64, or up to 1000 with database_url";
            return Err(ConfigError::value("database_connections", format!("is {}", s.database_connections), advice));
        }
        if s.driver_threads > MOST_THREADS {
            let advice = "give at most 256; 0 means one for each processor";
            return Err(ConfigError::value("driver_threads", format!("is {}", s.driver_threads), advice));
        }
        let mut remarks = strangers(std::env::vars_os());
        remarks.extend(backends.remarks);
        Ok(Self {
            listen,
            public_url,
            data_dir: s.data_dir,
            sealing_key,
            audit_key,
            database: backends.database,
            redis: backends.redis,
            transport,
            metrics_listen: metrics_listen(&s.metrics_listen, listen)?,
            product_name,
            mail,
            outbound,
            connections: connections(s.connections, s.connections_per_source)?,
            rates,
            senders,
            token_lifetime: days("token_days", s.token_days)?,
            body_memory: body_memory(s.body_memory_mib)?,
            database_connections: s.database_connections,
            work,
            request_timeout: seconds("request_timeout_seconds", s.request_timeout_seconds)?,
            shutdown: seconds("shutdown_seconds", s.shutdown_seconds)?,
            driver_threads: Some(s.driver_threads).filter(|n| *n > 0),
            deletion_grace: days("deletion_grace_days", s.deletion_grace_days)?,
            log: log_filter(s.log)?,
            log_format: s.log_format,
            remarks,
        })
    }
}

/// Variables that look like settings and are none: most often misspelt.
fn strangers(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    let names = variables.filter_map(|(name, _)| name.into_string().ok());
    // what names the file itself is an option of the command line
    let known = |key: &str| key == "CONFIG" || settings::keys().iter().any(|known| known.eq_ignore_ascii_case(key));
    let strange = names.filter(|name| name.strip_prefix("BAILIWICK_").is_some_and(|key| !known(key)));
    strange.map(|name| format!("{name} is no setting of the server and has no effect")).collect()
}

/// Two files: one secret for two purposes would tie what each of them says.
fn keys(s: &Settings) -> Result<(PathBuf, PathBuf), ConfigError> {
    let path = |given: &Option<PathBuf>, name: &str| match given {
        Some(path) if !path.as_os_str().is_empty() => path.clone(),
        _ => s.data_dir.join(name),
    };
    let (sealing, audit) = (path(&s.sealing_key, "sealing.key"), path(&s.audit_key, "audit.key"));
    if sealing == audit {
        return Err(ConfigError::value("audit_key", "is the file of sealing_key", "name two files"));
    }
    Ok((sealing, audit))
}

/// The URL itself is a secret: no error shows it.
fn mail(url: Option<&SecretString>, from: Option<&str>) -> Result<Option<Mail>, ConfigError> {
    let Some(url) = url.filter(|url| !url.expose_secret().is_empty()) else { return Ok(None) };
    let server = SmtpServer::parse(url.expose_secret()).map_err(|error| {
        let advice = "write it like smtps://name:password@mail.example.com, percent-encoded";
        ConfigError::value("smtp_url", error.to_string(), advice)
    })?;
    let advice = "write it like Bailiwick <no-reply@example.com>";
    let from = from.filter(|from| !from.is_empty());
    let from = from.ok_or_else(|| ConfigError::value("mail_from", "is missing beside smtp_url", advice))?;
    Sender::check_from(from).map_err(|error| ConfigError::value("mail_from", error.to_string(), advice))?;
    Ok(Some(Mail { server, from: from.to_owned() }))
}

/// The mail relay is all that the platform reaches for itself.
fn outbound_hosts(mail: Option<&Mail>) -> Result<Vec<Destination>, ConfigError> {
    let relay = mail.map(|Mail { server, .. }| Destination::new(Purpose::Smtp, &server.host, server.port));
    relay
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| ConfigError::value("smtp_url", error.to_string(), "name a host and a port from 1 to 65535"))
}

/// The figures are for whoever runs the server, not for whoever reaches it.
fn metrics_listen(text: &str, public: SocketAddr) -> Result<SocketAddr, ConfigError> {
    let own = address("metrics_listen", text)?;
    let same_host = own.ip() == public.ip() || own.ip().is_unspecified() || public.ip().is_unspecified();
    if own.port() != 0 && own.port() == public.port() && same_host {
        let advice = "give the figures a port of their own";
        return Err(ConfigError::value("metrics_listen", format!("{own} is where listen is"), advice));
    }
    Ok(own)
}

fn log_filter(text: String) -> Result<String, ConfigError> {
    match EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(error) => {
            let advice = "write it like info or info,bailiwick=debug";
            Err(ConfigError::value("log", format!("'{text}' is no filter: {error}"), advice))
        }
    }
}

fn address(key: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| {
        ConfigError::value(
            key,
            format!("'{text}' is not an address with a port"),
            "write it like 127.0.0.1:8080 or [::]:443",
        )
    })
}

fn rate(key: &'static str, n: u32) -> Result<u32, ConfigError> {
    if n == 0 { Err(ConfigError::value(key, "is 0", "give at least 1")) } else { Ok(n) }
}

fn connections(all: usize, source: usize) -> Result<Connections, ConfigError> {
    if source == 0 {
        return Err(ConfigError::value("connections_per_source", "is 0", "give at least 1"));
    }
    Ok(Connections { all: (all > 0).then_some(all), source })
}

/// A quarter of it, which is one sender's share, holds the largest body there is: a collector's batch.
fn body_memory(mib: usize) -> Result<usize, ConfigError> {
    if (16..=65_536).contains(&mib) {
        Ok(mib << 20)
    } else {
        Err(ConfigError::value("body_memory_mib", format!("is {mib}"), "give 16 to 65536"))
    }
}

fn seconds(key: &'static str, n: u64) -> Result<Duration, ConfigError> {
    if (1..=3_600).contains(&n) {
        Ok(Duration::from_secs(n))
    } else {
        Err(ConfigError::value(key, format!("is {n}"), "give 1 to 3600"))
    }
}

/// Connections that are not for work itself: some calls look something up beside their own transaction.
const SPARE_CONNECTIONS: u32 = 2;
/// Batches of one collector that wait for the one under way. A collector sends one at a time and sends it again when the
/// answer is late.
const COLLECTOR_WAITING: usize = 4;

fn work(s: &Settings) -> Result<Bounds, ConfigError> {
    if s.account_work == 0 {
        return Err(ConfigError::value("account_work", "is 0", "give at least 1"));
    }
    if !(1..=2_000).contains(&s.account_waiting) {
        return Err(ConfigError::value("account_waiting", format!("is {}", s.account_waiting), "give 1 to 2000"));
    }
    let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    Ok(Bounds {
        total: count(s.database_connections.saturating_sub(SPARE_CONNECTIONS)),
        account: count(s.account_work.min(s.database_connections / 2)),
        waiting: count(s.account_waiting),
        collector_waiting: COLLECTOR_WAITING,
        patience: seconds("work_wait_seconds", s.work_wait_seconds)?,
    })
}

fn days(key: &'static str, n: u16) -> Result<jiff::SignedDuration, ConfigError> {
    if (1..=3_650).contains(&n) {
        Ok(jiff::SignedDuration::from_hours(i64::from(n) * 24))
    } else {
        Err(ConfigError::value(key, format!("is {n}"), "give 1 to 3650"))
    }
}

fn transport(s: &Settings, listen: SocketAddr) -> Result<Transport, ConfigError> {
    let proxies = networks("trusted_proxies", &s.trusted_proxies)?;
    let given = |path: &Option<PathBuf>| path.clone().filter(|p| !p.as_os_str().is_empty());
    match (given(&s.tls_certificate), given(&s.tls_key)) {
        (Some(_), Some(_)) if !proxies.is_empty() => Err(ConfigError::value(
            "trusted_proxies",
            "stands beside tls_certificate",
            "either this server speaks TLS or a proxy in front does: remove one of them",
        )),
        (Some(certificate), Some(key)) => Ok(Transport::Tls { certificate, key }),
        (Some(_), None) => Err(ConfigError::value("tls_key", "is missing", "name the key of tls_certificate")),
        (None, Some(_)) => Err(ConfigError::value("tls_certificate", "is missing", "name the certificate of tls_key")),
        (None, None) if !proxies.is_empty() => Ok(Transport::Proxied(proxies)),
        (None, None) if listen.ip().is_loopback() => Ok(Transport::Loopback),
        (None, None) => Err(ConfigError::value(
            "listen",
            format!("is {listen}, and plain HTTP is accepted on loopback only"),
            "set tls_certificate and tls_key, or trusted_proxies when a proxy speaks TLS in front, or listen on 127.0.0.1",
        )),
    }
}

fn networks(key: &'static str, texts: &[String]) -> Result<Vec<IpNet>, ConfigError> {
    let one = |text: &String| {
        let text = text.trim();
        let refused = |what: &str| {
            let advice = "write networks like 10.0.0.0/8 or single addresses";
            ConfigError::value(key, format!("'{text}' is {what}"), advice)
        };
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| refused("not a network"))?;
        // whoever is trusted so may say anything: it is never everybody
        if network.prefix_len() == 0 { Err(refused("every address there is")) } else { Ok(network) }
    };
    texts.iter().filter(|t| !t.trim().is_empty()).map(one).collect()
}

/// The portal's address under a host name that an account has for it, or the platform's own. Without TLS there is none but
/// the platform's. Never made of what a caller says its host is.
#[must_use]
pub fn portal(public_url: &str, host: Option<&HostName>) -> String {
    match host {
        Some(host) if public_url.starts_with("https:") => format!("https://{host}"),
        _ => public_url.to_owned(),
    }
}

fn public_url(given: Option<&str>, listen: SocketAddr, transport: &Transport) -> Result<String, ConfigError> {
    let Some(given) = given.filter(|url| !url.is_empty()) else {
        let scheme = if transport.secure() { "https" } else { "http" };
        return Ok(format!("{scheme}://{listen}"));
    };
    let wrong = |what: &str| {
        ConfigError::value("public_url", format!("'{given}' {what}"), "write it like https://bailiwick.example.com")
    };
    let uri: Uri = given.trim_end_matches('/').parse().map_err(|_| wrong("is not a URL"))?;
    let authority = uri.authority().ok_or_else(|| wrong("has no host"))?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
        return Err(wrong("must be scheme and host only"));
    }
    match uri.scheme_str() {
        Some("https") if transport.secure() => {}
        Some("http") if !transport.secure() => {}
        Some("https") => return Err(wrong("says https, but this server speaks plain HTTP on loopback")),
        Some("http") => return Err(wrong("says http, but browsers reach this server by https")),
        _ => return Err(wrong("must begin with https://")),
    }
    Ok(given.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
