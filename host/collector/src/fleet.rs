//! The devices of a site: found by a sweep, read by a driver in the sandbox.
//!
//! Where a sweep goes is decided on this machine: [`Ranges`] holds unicast addresses only, and beyond
//! private, link-local, loopback and on-link networks only what the site's own file allows.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant as Clock},
};

use bailiwick_contract::{
    exchange::{Context, Input, Outcome, Refusal, Subject, Target as PolledTarget},
    report::SweepFigures,
    value::{Instant, Oid},
};
use bailiwick_runtime::{AccountTag, ExchangeError};
use bailiwick_snmp::{
    Allowance, Community, Credentials, Limits, OnLink, Pacing, RangeError, Ranges, Reach, Session, Sweep, SweepConfig,
    SweepError, Target as Agent, Version,
};
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{drivers::ReadyDriver, snmp_answers::SnmpTarget, status::now};

/// How agents are spoken to.
#[derive(Debug, Clone)]
pub struct SnmpSettings {
    /// UDP port.
    pub port: u16,
    /// Waiting for one answer.
    pub timeout: Duration,
    /// Tried in order.
    pub communities: Vec<SecretString>,
    /// Most packets a second of a sweep; chosen by where the ranges lie if absent.
    pub packets_per_second: Option<u32>,
}

/// A device that answered a sweep.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where.
    pub address: IpAddr,
    credentials: Credentials,
    sys_object_id: Option<Oid>,
    sys_descr: Option<String>,
}

/// A device that a driver has read.
#[derive(Debug, Clone)]
pub struct Polled {
    /// Where.
    pub address: IpAddr,
    /// The driver's name.
    pub driver: String,
    /// Its component's digest.
    pub digest: String,
    /// When the poll ended.
    pub observed_at: Instant,
    /// Checked, and narrowed to what is permitted.
    pub outcome: Outcome,
}

/// Why no driver has read a device.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// Every driver said that it is not its device; the last one's word.
    #[error("no driver knows this device ({})", .0.code)]
    NotOurs(Refusal),
    /// There is no driver.
    #[error("no driver is assigned")]
    NoDriver,
    /// The exchange failed.
    #[error(transparent)]
    Exchange(ExchangeError),
    /// There is no way to the device.
    #[error(transparent)]
    Snmp(#[from] bailiwick_snmp::PollError),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness(#[source] getrandom::Error),
}

impl PollError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotOurs(refusal) => &refusal.code,
            Self::NoDriver => "no_driver",
            Self::Exchange(ExchangeError::Refused(refusal)) => &refusal.code,
            Self::Exchange(error) => error.code(),
            Self::Snmp(error) => error.code(),
            Self::Randomness(_) => "no_randomness",
        }
    }
}

/// Why there was no sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailed {
    /// A community is empty or too long.
    #[error("a community has 1 to {} octets", Community::MAX)]
    Community,
    /// The sweep broke off.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// What may be reached from this machine.
///
/// # Errors
/// When the system does not tell its interfaces.
pub fn reach(allow: &[IpNet]) -> std::io::Result<Reach> {
    Ok(Reach { on_link: OnLink::of_this_machine()?, allowance: Allowance::new(allow) })
}

/// Ranges that may be scanned, and those that may not with their reason.
#[must_use]
pub fn allowed_ranges(texts: &[String], reach: &Reach) -> (Ranges, Vec<(String, RangeError)>) {
    let (mut allowed, mut refused) = (Vec::new(), Vec::new());
    for text in texts {
        match Ranges::parse([text], reach) {
            Ok(_) => allowed.push(text.as_str()),
            Err(why) => refused.push((text.clone(), why)),
        }
    }
    match Ranges::parse(&allowed, reach) {
        Ok(ranges) => (ranges, refused),
        Err(RangeError::Empty) => (Ranges::default(), refused),
        // each is allowed, all together are too many
        Err(why) => (Ranges::default(), vec![(allowed.join(", "), why)]),
    }
}

/// Drivers and the devices that they read.
pub struct Fleet {
    drivers: Vec<ReadyDriver>,
    account: AccountTag,
    settings: SnmpSettings,
}

impl Fleet {
    /// A fleet of one account.
    #[must_use]
    pub fn new(drivers: Vec<ReadyDriver>, account: AccountTag, settings: SnmpSettings) -> Self {
        Self { drivers, account, settings }
    }

    /// Whether anything could be read.
    #[must_use]
    pub fn has_drivers(&self) -> bool {
        !self.drivers.is_empty()
    }

    /// Asks every address; gives those that answered.
    ///
    /// # Errors
    /// [`SweepFailed`].
    pub async fn sweep(&self, ranges: &Ranges) -> Result<(Vec<Target>, SweepFigures), SweepFailed> {
        let communities = self.settings.communities.iter().map(|c| Community::new(c.expose_secret()));
        let communities = communities.collect::<Result<Vec<_>, _>>().map_err(|_| SweepFailed::Community)?;
        let credentials: Vec<Credentials> = communities.into_iter().map(Credentials::V2c).collect();
        let started = Clock::now();
        let mut figures = SweepFigures { addresses: ranges.len() as u64, ..SweepFigures::default() };
        let mut targets = Vec::new();
        if !ranges.is_empty() {
            let mut config = SweepConfig::new(credentials.clone());
            config.port = self.settings.port;
            config.wait = self.settings.timeout.min(Duration::from_secs(5));
            config.pacing = self.settings.packets_per_second.map(|pps| Pacing::new(pps, 16));
            let mut sweep = Sweep::start(ranges.clone(), config)?;
            while let Some(found) = sweep.next().await {
                let Some(known) = credentials.get(found.credentials) else { continue };
                targets.push(Target {
                    address: found.address,
                    credentials: known.with_version(found.version),
                    sys_object_id: found.sys_object_id,
                    sys_descr: found.sys_descr,
                });
            }
            sweep.finish().await?;
        }
        figures.ended_at = now();
        figures.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        figures.answered = targets.len() as u64;
        Ok((targets, figures))
    }

    /// Lets the drivers read a device: the first that does not refuse it.
    ///
    /// # Errors
    /// [`PollError`].
    pub async fn poll(&self, target: &Target) -> Result<Polled, PollError> {
        let mut refused = None;
        for ready in &self.drivers {
            match self.exchange(ready, target).await {
                Ok(outcome) => {
                    return Ok(Polled {
                        address: target.address,
                        driver: ready.driver.manifest().driver.name.clone(),
                        digest: ready.driver.digest().to_owned(),
                        observed_at: now(),
                        outcome,
                    });
                }
                Err(PollError::Exchange(ExchangeError::Refused(refusal))) if is_not_ours(&refusal) => {
                    refused = Some(refusal);
                }
                Err(other) => return Err(other),
            }
        }
        Err(refused.map_or(PollError::NoDriver, PollError::NotOurs))
    }

    async fn exchange(&self, ready: &ReadyDriver, target: &Target) -> Result<Outcome, PollError> {
        let limits = ready.driver.manifest().limits;
        let session = Session::connect(
            Agent {
                address: SocketAddr::new(target.address, self.settings.port),
                credentials: target.credentials.clone(),
            },
            Limits {
                attempt: self.settings.timeout,
                total: Duration::from_millis(u64::from(limits.wait_ms)),
                rows: usize::try_from(limits.walk_rows).unwrap_or(usize::MAX),
                octets: usize::try_from(limits.answer_bytes).unwrap_or(usize::MAX),
                ..Limits::default()
            },
        )
        .await?;
        let mut seed = vec![0; 32];
        getrandom::fill(&mut seed).map_err(PollError::Randomness)?;
        let context = Context { now: now(), seed, subject: Subject::default(), ..Context::default() };
        let input = Input::Poll(PolledTarget {
            address: target.address.to_string(),
            sys_object_id: target.sys_object_id.clone(),
            sys_descr: target.sys_descr.clone(),
        });
        let answers = SnmpTarget::new(session);
        let done = ready.driver.exchange(self.account, &ready.permitted, context, input, &answers).await;
        Ok(done.map_err(PollError::Exchange)?.outcome)
    }
}

/// `not_a_…`: the driver does not know the device; any other refusal is the device's trouble.
fn is_not_ours(refusal: &Refusal) -> bool {
    refusal.code.starts_with("not_a_")
}

/// The version that a target answered, for tests and tools.
impl Target {
    /// The SNMP version that it answered.
    #[must_use]
    pub fn version(&self) -> Version {
        self.credentials.version()
    }
}
